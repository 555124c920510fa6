export const SECRET_BYTES_MIN = 32;
/** 32 random bytes hold about 30 different values; a pattern or a word repeated holds few. */
const SECRET_DISTINCT_BYTES_MIN = 12;

/**
 * What makes a shared secret weak, or undefined. RFC 7518, section 3.2: a key of HS256 has at least
 * 256 bits. An offline search through words needs one token only, so length alone is not enough.
 */
export function weaknessOf(secret: Uint8Array): string | undefined {
  if (secret.length < SECRET_BYTES_MIN) {
    return `is too weak: ${secret.length} bytes decoded, at least ${SECRET_BYTES_MIN} are needed`;
  }
  if (new Set(secret).size < SECRET_DISTINCT_BYTES_MIN) {
    return 'is too weak: it repeats a few bytes, take random ones';
  }
  return undefined;
}
