import * as z from 'zod';
import { SCOPES } from '../../auth/strategy.js';
import {
  delegatedSessionBody,
  EXCHANGE,
  exchangeGrant,
  loginBody,
  passwordBody,
  postBody,
  postPatchBody,
  predictionBody,
  REFRESH,
  refreshBody,
  refreshGrant,
  registrationBody,
  tokenForm,
} from '../request-bodies.js';
import type { NamedSchema } from './named-schema.js';

/** The very schemas that the routes validate with, and what they are called in the document. */

const ACCESS_TOKEN = exchangeGrant.shape.subject_token_type.value;
const SCOPE = [...SCOPES].join('|');

const typedRefreshGrant = refreshGrant.extend({ grant_type: z.literal(REFRESH) });

const typedExchangeGrant = exchangeGrant.extend({
  grant_type: z.literal(EXCHANGE),
  scope: exchangeGrant.shape.scope.regex(new RegExp(`^(${SCOPE})( (${SCOPE}))*$`)),
});

export const REQUESTS = {
  Registration: {
    schema: registrationBody.schema,
    description: 'A new account. Addresses are unique without regard to case.',
    examples: [{ email: 'ada@example.test', name: 'Ada', password: 'a long pass phrase' }],
  },
  Login: {
    schema: loginBody.schema,
    description: 'What a login asks.',
    examples: [{ email: 'ada@example.test', password: 'a long pass phrase' }],
  },
  PasswordChange: {
    schema: passwordBody.schema,
    description: 'The old password once more, and the new one.',
    examples: [{ currentPassword: 'a long pass phrase', newPassword: 'another long pass phrase' }],
  },
  Refresh: {
    schema: refreshBody.schema,
    description: 'A refresh token, which is good once.',
    examples: [{ refresh_token: 'the refresh token of the last answer' }],
  },
  DelegatedSessionRequest: {
    schema: delegatedSessionBody.schema,
    description: 'Who shall act for me (one of DELEGATE_CLIENTS), and what they may do.',
    examples: [{ client: 'post-scheduler', scope: ['posts:write'] }],
  },
  PostContent: {
    schema: postBody.schema,
    description: 'What its owner writes.',
    examples: [{ title: 'Hello', body: 'My first post' }],
  },
  PostPatch: {
    schema: postPatchBody.schema,
    description: 'What shall change; what is left out stays.',
    examples: [{ title: 'A better title' }],
    minProperties: 1,
  },
  PredictionText: {
    schema: predictionBody.schema,
    description: 'A text in English, as long as that of a post may be. Nothing of it is stored.',
    examples: [{ text: 'Congratulations, you have won! Click here to get your free money.' }],
  },
  Revocation: {
    schema: tokenForm.schema,
    description: 'RFC 7009, section 2.1. The hint is not needed.',
    examples: [{ token: 'a refresh token, or an access token' }],
  },
  RefreshGrant: {
    schema: typedRefreshGrant,
    description: 'RFC 6749, section 6.',
    examples: [{ grant_type: REFRESH, refresh_token: 'the refresh token of the last answer' }],
  },
  ExchangeGrant: {
    schema: typedExchangeGrant,
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
  Grant: {
    schema: z.discriminatedUnion('grant_type', [typedRefreshGrant, typedExchangeGrant]),
    description: 'One of the grants that this instance knows.',
    examples: [{ grant_type: REFRESH, refresh_token: 'the refresh token of the last answer' }],
  },
} satisfies Record<string, NamedSchema>;

export type RequestName = keyof typeof REQUESTS;
