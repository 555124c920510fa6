/**
 * 43 characters of base64url hold 258 bits, a secret 256: the unused two bits of the last character
 * are zero in the one canonical spelling (RFC 4648, section 3.5).
 */
const SHAPE = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;

/** Whether this can be a reference token at all. What cannot is refused without asking anybody. */
export function isReferenceToken(text: string): boolean {
  return SHAPE.test(text);
}
