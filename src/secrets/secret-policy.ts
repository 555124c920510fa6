import { isPredictable } from './predictable-bytes.js';
import { publicationOf, readsLikeAnExample } from './published-secrets.js';

export const SECRET_BYTES_MIN = 32;
/** 32 random bytes hold about 30 different values; a pattern or a word repeated holds few. */
const SECRET_DISTINCT_BYTES_MIN = 12;

/**
 * What makes a shared secret weak, or undefined. RFC 7518, section 3.2: a key of HS256 has at least
 * 256 bits. An offline search through words and published keys needs one token only, so length alone
 * is not enough.
 */
export function weaknessOf(secret: Uint8Array): string | undefined {
  if (secret.length < SECRET_BYTES_MIN) {
    return `is too weak: ${secret.length} bytes decoded, at least ${SECRET_BYTES_MIN} are needed`;
  }
  if (new Set(secret).size < SECRET_DISTINCT_BYTES_MIN) {
    return 'is too weak: it repeats a few bytes, take random ones';
  }
  return reasonsIn(readingsOf(secret)).next().value;
}

function* reasonsIn({ bytes, texts }: Readings): Generator<string, undefined> {
  for (const each of bytes) {
    const publication = publicationOf(each);
    if (publication !== undefined) {
      yield `is public: it is printed in ${publication}; take random bytes`;
    }
    if (isPredictable(each)) {
      yield 'is too weak: its bytes repeat or count, take random ones';
    }
  }
  if (texts.some(readsLikeAnExample)) {
    yield 'is too weak: it reads like an example, take random bytes';
  }
  return undefined;
}

interface Readings {
  readonly bytes: readonly Uint8Array[];
  readonly texts: readonly string[];
}

/**
 * All that somebody may have typed: the text itself for a secret, a text in base64url, bytes in
 * hexadecimal digits, or one within the other.
 */
function readingsOf(secret: Uint8Array): Readings {
  const typed = Buffer.from(secret).toString('base64url');
  const inside = /^[\x20-\x7e\s]+$/.test(Buffer.from(secret).toString('latin1'))
    ? Buffer.from(secret).toString('latin1').trim()
    : undefined;
  const texts = inside === undefined ? [typed] : [typed, inside];
  const decoded = texts.flatMap((text) => [
    ...(/^[0-9a-f]+$/i.test(text) ? [Buffer.from(text, 'hex')] : []),
    ...(/^[\w+/-]+=*$/.test(text) ? [Buffer.from(text, 'base64')] : []),
  ]);
  return { bytes: [secret, ...texts.map((text) => Buffer.from(text)), ...decoded], texts };
}
