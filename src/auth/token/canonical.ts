const SHAPE = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

/** Last characters of a group of 2 and of 3 whose unused bits are zero (RFC 4648, section 3.5). */
const LAST_OF_2 = 'AQgw';
const LAST_OF_3 = 'AEIMQUYcgkosw048';

/**
 * Whether a compact JWS is spelled the one canonical way. Decoders of base64url forgive stray
 * characters and bits, so one token has many spellings; a denylist or a cache that sees a token must
 * not be fooled by another spelling of it, so the others are refused.
 */
export function isCanonical(token: string): boolean {
  if (!SHAPE.test(token)) {
    return false;
  }
  let start = 0;
  for (;;) {
    const dot = token.indexOf('.', start);
    const end = dot === -1 ? token.length : dot;
    const rest = (end - start) % 4;
    const last = token[end - 1] as string;
    if (
      rest === 1 ||
      (rest === 2 && !LAST_OF_2.includes(last)) ||
      (rest === 3 && !LAST_OF_3.includes(last))
    ) {
      return false;
    }
    if (dot === -1) {
      return true;
    }
    start = dot + 1;
  }
}
