import { SignJWT } from 'jose';
import { TOKEN_SECRET } from './service.js';

const KEY_ID = 'test';

/** For TOKEN_KEYS: makes an instance sign with the key that these tests sign with. */
export const TOKEN_KEYS = JSON.stringify({
  keys: [{ kty: 'oct', kid: KEY_ID, alg: 'HS256', k: TOKEN_SECRET.toString('base64url') }],
});

export interface TokenParts {
  readonly header?: Record<string, unknown>;
  /** A claim set to undefined is left out. */
  readonly claims?: Record<string, unknown>;
  readonly secret?: Uint8Array;
}

/** An access token as the service makes them, with parts replaced. */
export function signToken({ header = {}, claims = {}, secret = TOKEN_SECRET }: TokenParts = {}) {
  const now = Math.floor(Date.now() / 1000);
  const payload = {
    iss: 'session-token-lab',
    aud: 'session-token-lab-api',
    sub: '1',
    jti: 'test',
    iat: now,
    exp: now + 60,
    email: 'ada@example.test',
    name: 'Ada',
    ...claims,
  };
  return new SignJWT(JSON.parse(JSON.stringify(payload)))
    .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: KEY_ID, ...header })
    .sign(secret);
}

/** A token put together without a signature algorithm having a say. */
export function assembleToken(header: unknown, claims: unknown, signature = ''): string {
  const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url');
  return `${encode(header)}.${encode(claims)}.${signature}`;
}
