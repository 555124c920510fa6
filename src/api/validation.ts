import type { Context } from 'koa';
import * as z from 'zod';
import { normalPassword, passwordLength } from '../auth/credentials/password-text.js';
import { hasNoNul, isWellFormed } from '../auth/credentials/storable-text.js';
import { ID_MAX } from '../auth/credentials/user-id.js';
import { SCOPES } from '../auth/strategy.js';
import { AppError } from '../server/errors.js';

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

export const registrationBody = z.strictObject({
  // RFC 5321, section 4.5.3.1.3: a path of 256 octets leaves 254 for the address.
  email: z.email().max(254),
  name: text(100),
  password: newPassword(),
});

/** Looser than registration: what is not a known account is answered by the login, not by the form. */
export const loginBody = z.strictObject({ email: text(254), password: knownPassword() });

export const passwordBody = z.strictObject({
  currentPassword: knownPassword(),
  newPassword: newPassword(),
});

export const refreshBody = z.strictObject({ refresh_token: wellFormed().min(1).max(8000) });

/** For a third party: some scopes, each once. */
export const delegatedSessionBody = z.strictObject({
  client: wellFormed().min(1).max(64),
  scope: z.array(z.enum(SCOPES)).min(1).max(SCOPES.length),
});

export const postBody = z.strictObject({ title: text(200), body: text(20_000) });

export const postPatchBody = postBody
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, 'must change the title or the body');

/** As long as a post may be. */
export const predictionBody = z.strictObject({
  text: text(20_000).regex(/\S/, 'must not be blank'),
  passages: z
    .int()
    .min(0)
    .max(10)
    .default(0)
    .describe('How many passages to name, those that look most like spam. Twenty times the work.'),
});

/** @throws AppError `invalid_parameter`, or `not_found` for a number no row can have */
export function readId(value: string | undefined): number {
  if (value === undefined || !/^[1-9]\d{0,18}$/.test(value)) {
    throw new AppError('invalid_parameter', { detail: 'An id is a positive whole number.' });
  }
  const id = Number(value);
  if (id > ID_MAX) {
    throw new AppError('not_found');
  }
  return id;
}

/** The public name of a login. @throws AppError `not_found` for what no login is called */
export function readLoginId(value: string | undefined): string {
  if (value === undefined || !/^[A-Za-z0-9_-]{1,64}$/.test(value)) {
    throw new AppError('not_found', { detail: 'You have no login of this ID.' });
  }
  return value;
}

export const LIMIT_DEFAULT = 20;
export const LIMIT_MAX = 100;

export interface PageRequest {
  readonly limit: number;
  /** Posts older than this one; undefined for the first page. */
  readonly beforeId: number | undefined;
}

/** @throws AppError `invalid_parameter` */
export function readPageRequest(ctx: Context): PageRequest {
  const { limit, cursor } = ctx.query;
  return {
    limit: limit === undefined ? LIMIT_DEFAULT : readLimit(limit),
    beforeId: cursor === undefined ? undefined : decodeCursor(cursor),
  };
}

function readLimit(value: string | readonly string[]): number {
  const limit = typeof value === 'string' && /^[1-9]\d{0,2}$/.test(value) ? Number(value) : 0;
  if (limit < 1 || limit > LIMIT_MAX) {
    throw new AppError('invalid_parameter', {
      detail: `limit is a whole number from 1 to ${LIMIT_MAX}.`,
    });
  }
  return limit;
}

/** Opaque to clients: what a page is keyed on may change without breaking them. */
export function encodeCursor(id: number): string {
  return Buffer.from(`before:${id}`).toString('base64url');
}

/** @throws AppError `invalid_parameter` */
export function decodeCursor(value: string | readonly string[]): number {
  const cursor = typeof value === 'string' ? value : '';
  const match = /^before:([1-9]\d{0,9})$/.exec(Buffer.from(cursor, 'base64url').toString());
  const id = Number(match?.[1] ?? Number.NaN);
  // Decoding forgives stray characters; only the spelling this API gave out is taken.
  if (!(id <= ID_MAX) || encodeCursor(id) !== cursor) {
    throw new AppError('invalid_parameter', { detail: 'Take the cursor from nextCursor.' });
  }
  return id;
}
