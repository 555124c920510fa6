import * as z from 'zod';
import { SCOPES } from '../../auth/strategy.js';
import {
  EXCHANGE,
  exchangeForm,
  REFRESH,
  refreshForm,
  revokeForm,
} from '../routes/token-routes.js';
import {
  delegatedSessionBody,
  loginBody,
  passwordBody,
  postBody,
  postPatchBody,
  predictionBody,
  refreshBody,
  registrationBody,
} from '../validation.js';
import { nameRequest } from './named-schemas.js';

/** The very schemas that the routes validate with, and what they are called in the document. */

export const registration = nameRequest(registrationBody, {
  id: 'Registration',
  description: 'A new account. Addresses are unique without regard to case.',
  examples: [{ email: 'ada@example.test', name: 'Ada', password: 'a long pass phrase' }],
});

export const login = nameRequest(loginBody, {
  id: 'Login',
  description: 'What a login asks.',
  examples: [{ email: 'ada@example.test', password: 'a long pass phrase' }],
});

export const passwordChange = nameRequest(passwordBody, {
  id: 'PasswordChange',
  description: 'The old password once more, and the new one.',
  examples: [{ currentPassword: 'a long pass phrase', newPassword: 'another long pass phrase' }],
});

export const refresh = nameRequest(refreshBody, {
  id: 'Refresh',
  description: 'A refresh token, which is good once.',
  examples: [{ refresh_token: 'the refresh token of the last answer' }],
});

export const delegatedSession = nameRequest(delegatedSessionBody, {
  id: 'DelegatedSessionRequest',
  description: 'Who shall act for me (one of DELEGATE_CLIENTS), and what they may do.',
  examples: [{ client: 'post-scheduler', scope: ['posts:write'] }],
});

export const post = nameRequest(postBody, {
  id: 'PostContent',
  description: 'What its owner writes.',
  examples: [{ title: 'Hello', body: 'My first post' }],
});

export const postPatch = nameRequest(postPatchBody, {
  id: 'PostPatch',
  description: 'What shall change; what is left out stays.',
  examples: [{ title: 'A better title' }],
  minProperties: 1,
});

export const predictionText = nameRequest(predictionBody, {
  id: 'PredictionText',
  description: 'A text in English, as long as that of a post may be. Nothing of it is stored.',
  examples: [{ text: 'Congratulations, you have won! Click here to get your free money.' }],
});

export const revocation = nameRequest(revokeForm, {
  id: 'Revocation',
  description: 'RFC 7009, section 2.1. The hint is not needed.',
  examples: [{ token: 'a refresh token, or an access token' }],
});

const ACCESS_TOKEN = exchangeForm.shape.subject_token_type.value;
const SCOPE = [...SCOPES].join('|');

export const refreshGrant = nameRequest(refreshForm.extend({ grant_type: z.literal(REFRESH) }), {
  id: 'RefreshGrant',
  description: 'RFC 6749, section 6.',
  examples: [{ grant_type: REFRESH, refresh_token: 'the refresh token of the last answer' }],
});

export const exchangeGrant = nameRequest(
  exchangeForm.extend({
    grant_type: z.literal(EXCHANGE),
    scope: exchangeForm.shape.scope.regex(new RegExp(`^(${SCOPE})( (${SCOPE}))*$`)),
  }),
  {
    id: 'ExchangeGrant',
    description: 'RFC 8693, section 2.1: my token against one for somebody who acts for me.',
    examples: [
      {
        grant_type: EXCHANGE,
        subject_token: 'my access token',
        subject_token_type: ACCESS_TOKEN,
        client_id: 'post-scheduler',
        scope: 'posts:write',
      },
    ],
  },
);

export const grant = nameRequest(
  z.discriminatedUnion('grant_type', [refreshGrant, exchangeGrant]),
  {
    id: 'Grant',
    description: 'One of the grants that this instance knows.',
    examples: [{ grant_type: REFRESH, refresh_token: 'the refresh token of the last answer' }],
  },
);
