import * as z from 'zod';
import { normalPassword, passwordLength } from '../auth/credentials/password-text.js';
import { hasNoNul, isWellFormed } from '../auth/credentials/storable-values.js';
import { SCOPES } from '../auth/strategy.js';
import { formBody, jsonBody } from './request-body.js';

/** What routes take, and check it with. What it is called in the document: openapi/request-schemas.ts. */

/** Databases and hashes would take U+FFFD in its place, and it would not be what was sent. */
const wellFormed = () => z.string().refine(isWellFormed, 'must not contain half a surrogate pair');

/** PostgreSQL's text cannot hold U+0000; said here, it is a 422 and not a failed query. */
const text = (max: number) =>
  wellFormed().min(1).max(max).refine(hasNoNul, 'must not contain U+0000');

/**
 * OWASP ASVS 5.0, 6.2.1 and 6.2.9: 8 characters at least, and long pass phrases are welcome. They are
 * counted in the form that is hashed (docs/decisions/113).
 */
const PASSWORD_MIN = 8;
const PASSWORD_MAX = 256;
/** Of the text as it comes: a character may be typed as several, and normalising takes its time. */
const TYPED_MAX = 4 * PASSWORD_MAX;

/** For an account from now on. */
const newPassword = () =>
  wellFormed()
    .min(PASSWORD_MIN)
    .max(TYPED_MAX)
    .refine(
      (value) => normalPassword(value) !== undefined,
      'must not contain control characters or unassigned code points',
    )
    .refine(
      (value) => passwordLength(value) >= PASSWORD_MIN && passwordLength(value) <= PASSWORD_MAX,
      `must have ${PASSWORD_MIN} to ${PASSWORD_MAX} characters`,
    )
    .describe(
      `${PASSWORD_MIN} to ${PASSWORD_MAX} characters after normalisation (RFC 8265, OpaqueString).`,
    );

/** For a login: whatever may have been taken as a password once. */
const knownPassword = () =>
  wellFormed()
    .min(1)
    .max(TYPED_MAX)
    .refine(
      (value) => value.length <= PASSWORD_MAX || passwordLength(value) <= PASSWORD_MAX,
      `must have at most ${PASSWORD_MAX} characters`,
    );

export const registrationBody = jsonBody(
  z.strictObject({
    // RFC 5321, section 4.5.3.1.3: a path of 256 octets leaves 254 for the address.
    email: z.email().max(254),
    name: text(100),
    password: newPassword(),
  }),
);

/** Looser than registration: what is not a known account is answered by the login, not by the form. */
export const loginBody = jsonBody(z.strictObject({ email: text(254), password: knownPassword() }));

export const passwordBody = jsonBody(
  z.strictObject({
    currentPassword: knownPassword(),
    newPassword: newPassword(),
  }),
);

export const refreshBody = jsonBody(
  z.strictObject({ refresh_token: wellFormed().min(1).max(8000) }),
);

/** For a third party: some scopes, each once. */
export const delegatedSessionBody = jsonBody(
  z.strictObject({
    client: wellFormed().min(1).max(64),
    scope: z.array(z.enum(SCOPES)).min(1).max(SCOPES.length),
  }),
);

export const postBody = jsonBody(z.strictObject({ title: text(200), body: text(20_000) }));

/** RFC 7396. Clients have long sent plain JSON, which here means the same. */
export const postPatchBody = jsonBody(
  postBody.schema
    .partial()
    .refine((patch) => Object.keys(patch).length > 0, 'must change the title or the body'),
  ['application/merge-patch+json', 'application/json'],
);

/** As long as a post may be. */
export const predictionBody = jsonBody(
  z.strictObject({
    text: text(20_000).regex(/\S/, 'must not be blank'),
    passages: z
      .int()
      .min(0)
      .max(10)
      .default(0)
      .describe(
        'How many passages to name, those that look most like spam. Twenty times the work.',
      ),
  }),
);

export const REFRESH = 'refresh_token';
export const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
export const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

/** One parameter of a form: short of anything a client has reason to send. */
const parameter = z.string().min(1).max(8000);

/** RFC 7009, section 2.1, and RFC 7662, section 2.1. The hint is not needed. */
export const tokenForm = formBody(
  z.object({ token: parameter, token_type_hint: parameter.optional() }),
);

/** Any grant; what more it has, one of the next two says. */
export const grantForm = formBody(z.looseObject({ grant_type: parameter }));

/** RFC 6749, section 6. */
export const refreshGrant = z.object({ refresh_token: parameter });

/** RFC 8693, section 2.1. */
export const exchangeGrant = z.object({
  subject_token: parameter,
  subject_token_type: z.literal(ACCESS_TOKEN, `must be ${ACCESS_TOKEN}`),
  requested_token_type: z.literal(ACCESS_TOKEN, `must be ${ACCESS_TOKEN}`).optional(),
  client_id: parameter,
  scope: parameter,
  audience: parameter.optional(),
});
