import { AppError } from '../errors.js';

/**
 * The credential of an Authorization header with this scheme (RFC 9110, section 11.6.2; schemes
 * are compared without regard to case). Tokens are taken from nowhere else: not from the query
 * string, which ends up in logs, and not from the body.
 * @throws AppError `credential_missing` when the header is absent or of another scheme
 */
export function readAuthorization(
  header: string | undefined,
  scheme: string,
  challenge: string,
): string {
  if (header !== undefined && header.length > scheme.length) {
    const given = header.slice(0, scheme.length);
    if (
      (given === scheme || given.toLowerCase() === scheme.toLowerCase()) &&
      header.charCodeAt(scheme.length) === 0x20
    ) {
      const credential = header.slice(scheme.length + 1).trim();
      if (credential !== '') {
        return credential;
      }
    }
  }
  throw new AppError('credential_missing', {
    detail: `Log in, then send the header Authorization: ${scheme} …`,
    headers: { 'WWW-Authenticate': challenge },
  });
}
