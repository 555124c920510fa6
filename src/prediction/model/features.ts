/**
 * Text -> counts of hashed features: words, pairs of words, and runs of three to five characters
 * (the hashing trick: Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", 2009).
 * No dictionary has to be kept or shipped; features that share a bucket cost some accuracy.
 */

/** Two to the power of 15: an index fits 16 bits. */
export const BUCKETS = 32_768;

/** What a text has, as parallel arrays that stay good until the next call. */
export interface Features {
  /** Bucket of each feature. */
  readonly indices: Uint16Array;
  /** ln(1 + count) of each, the whole vector scaled to length 1. */
  readonly values: Float64Array;
  readonly length: number;
}

const CHARACTERS_MIN = 3;
const CHARACTERS_MAX = 5;
/** FNV-1a, 32 bits (draft-eastlake-fnv). The three kinds begin differently, so that they do not meet. */
const PRIME = 16_777_619;
const BASIS = { characters: 0x811c9dc5, word: 0x2f0b4a3d, pair: 0x5bd1e995 };

const SPACE = 32;
const DIGIT = 48;

/** One extractor serves one text at a time; its arrays are used again. */
export function createFeatureExtractor(): (text: string) => Features {
  const counts = new Uint16Array(BUCKETS);
  const indices = new Uint16Array(BUCKETS);
  const values = new Float64Array(BUCKETS);
  let length = 0;

  const add = (hash: number) => {
    // The high bits of FNV are the better ones.
    const bucket = (hash ^ (hash >>> 15)) & (BUCKETS - 1);
    const count = counts[bucket] as number;
    if (count === 0) {
      indices[length++] = bucket;
    }
    if (count < 0xffff) {
      counts[bucket] = count + 1;
    }
  };

  const addCharacters = (codes: Uint16Array) => {
    for (let start = 0; start + CHARACTERS_MIN <= codes.length; start++) {
      const end = Math.min(codes.length, start + CHARACTERS_MAX);
      let hash = BASIS.characters;
      for (let at = start; at < end; at++) {
        hash = Math.imul(hash ^ (codes[at] as number), PRIME);
        if (at - start + 1 >= CHARACTERS_MIN) {
          add(hash);
        }
      }
    }
  };

  const addWords = (codes: Uint16Array) => {
    let previous = 0;
    let word = BASIS.word;
    for (let at = 0; at <= codes.length; at++) {
      const code = codes[at] ?? SPACE;
      if (code !== SPACE) {
        word = Math.imul(word ^ code, PRIME);
      } else if (word !== BASIS.word) {
        add(word);
        if (previous !== 0) {
          add(Math.imul((BASIS.pair ^ previous) + word, PRIME));
        }
        previous = word;
        word = BASIS.word;
      }
    }
  };

  return (text) => {
    length = 0;
    const codes = normalise(text);
    addCharacters(codes);
    addWords(codes);
    let squares = 0;
    for (let at = 0; at < length; at++) {
      const bucket = indices[at] as number;
      const value = Math.log1p(counts[bucket] as number);
      counts[bucket] = 0;
      values[at] = value;
      squares += value * value;
    }
    const norm = Math.sqrt(squares) || 1;
    for (let at = 0; at < length; at++) {
      values[at] = (values[at] as number) / norm;
    }
    return { indices, values, length };
  };
}

/** Lower case, every digit a zero, and what stands between words one space. */
function normalise(text: string): Uint16Array {
  const lower = text.toLowerCase();
  const codes = new Uint16Array(lower.length);
  let length = 0;
  let last = SPACE;
  for (let at = 0; at < lower.length; at++) {
    const code = classOf(lower.charCodeAt(at));
    if (code !== SPACE || last !== SPACE) {
      codes[length++] = code;
    }
    last = code;
  }
  return codes.subarray(0, length);
}

function classOf(code: number): number {
  if (code >= 97 && code <= 122) {
    return code;
  }
  if (code >= 48 && code <= 57) {
    return DIGIT;
  }
  // Prices and shouting tell much; other ASCII is a border between words.
  if (code === 0x24 || code === 0x21 || code === 0x25 || code > 0x7f) {
    return code;
  }
  return SPACE;
}
