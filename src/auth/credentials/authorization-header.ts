import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { AppError } from '../../server/errors.js';

const SPACE = 0x20;

/**
 * The credential of an Authorization header with this scheme (RFC 9110, section 11.6.2; schemes
 * are compared without regard to case). Tokens are taken from nowhere else: not from the query
 * string, which ends up in logs, and not from the body.
 * @throws AppError `credential_missing` when the header is absent or of another scheme;
 *   `malformed_request` when it is there twice
 */
export function readAuthorization(
  request: IncomingMessage,
  scheme: string,
  challenge: string,
): string {
  const credential = credentialIn(request.headers.authorization, scheme);
  if (credential !== undefined) {
    return credential;
  }
  throw new AppError('credential_missing', {
    detail: `Log in, then send the header Authorization: ${scheme} …`,
    headers: { 'WWW-Authenticate': challenge },
  });
}

/** After the scheme come spaces, and spaces only: of a credential there is one spelling. */
function credentialIn(header: string | undefined, scheme: string): string | undefined {
  if (header !== undefined && header.length > scheme.length) {
    const given = header.slice(0, scheme.length);
    if (
      (given === scheme || given.toLowerCase() === scheme.toLowerCase()) &&
      header.charCodeAt(scheme.length) === SPACE
    ) {
      let start = scheme.length + 1;
      while (header.charCodeAt(start) === SPACE) {
        start += 1;
      }
      return start < header.length ? header.slice(start) : undefined;
    }
  }
  return undefined;
}

/**
 * Whether a client holds a secret, in a time that tells nothing of how much of it was right.
 * @param given base64url, as sent
 */
export function isSameSecret(given: string, secret: Uint8Array): boolean {
  const bytes = Buffer.from(given, 'base64url');
  // Buffer leaves out what is no base64url: one secret must not have other spellings.
  const isSpeltAsItIs = bytes.toString('base64url') === given;
  return isSpeltAsItIs && bytes.length === secret.length && timingSafeEqual(bytes, secret);
}
