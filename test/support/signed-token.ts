import { SignJWT } from 'jose';
import { TOKEN_SECRET } from './service.js';

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
    .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', ...header })
    .sign(secret);
}

/** A token put together without a signature algorithm having a say. */
export function assembleToken(header: unknown, claims: unknown, signature = ''): string {
  const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url');
  return `${encode(header)}.${encode(claims)}.${signature}`;
}
