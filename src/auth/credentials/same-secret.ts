import { timingSafeEqual } from 'node:crypto';

/**
 * Whether a client holds a secret, in a time that tells nothing of how much of it was right.
 * @param given base64url, as sent
 */
export function isSameSecret(given: string, secret: Uint8Array): boolean {
  const bytes = Buffer.from(given, 'base64url');
  return bytes.length === secret.length && timingSafeEqual(bytes, secret);
}
