import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** Encrypts small things under a secret that stays with whoever may open them. */
export interface Sealer {
  /** @param context what the box belongs to; it opens only with the same words */
  seal(plain: Uint8Array | string, context?: readonly string[]): Buffer;
  /** @throws Error for another secret, another context, or a changed box */
  open(box: Uint8Array, context?: readonly string[]): Buffer;
}

export interface SealerOptions {
  /** At least 32 random bytes; the key is derived from it, so it may serve other uses too. */
  readonly secret: Uint8Array | string;
  /** What the key is for: each purpose has a key of its own, and opens no box of another. */
  readonly purpose: string;
  readonly layout: BoxLayout;
}

const CIPHER = 'aes-256-gcm';
/** NIST SP 800-38D, section 8.2.2: random nonces are safe for 2^32 boxes under one key. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

interface Box {
  readonly nonce: Uint8Array;
  readonly tag: Uint8Array;
  readonly ciphertext: Uint8Array;
}

/** In which order the parts of a box stand: what rests in a store or a browser has to open for ever. */
export interface BoxLayout {
  join(box: Box): Buffer;
  /** @throws Error for what is no box */
  split(bytes: Uint8Array): Box;
}

/** nonce (12 bytes), ciphertext, tag (16). */
export const tagLast: BoxLayout = {
  join: ({ nonce, ciphertext, tag }) => Buffer.concat([nonce, ciphertext, tag]),
  split: (bytes) => {
    if (bytes.length < NONCE_BYTES + TAG_BYTES) {
      throw new Error('not a sealed box');
    }
    return {
      nonce: bytes.subarray(0, NONCE_BYTES),
      ciphertext: bytes.subarray(NONCE_BYTES, -TAG_BYTES),
      tag: bytes.subarray(-TAG_BYTES),
    };
  },
};

const VERSION = 1;
const HEAD_BYTES = 1 + NONCE_BYTES + TAG_BYTES;

/** version (1 byte), nonce (12), tag (16), ciphertext: for what rests longer than a release. */
export const versioned: BoxLayout = {
  join: ({ nonce, tag, ciphertext }) =>
    Buffer.concat([Uint8Array.of(VERSION), nonce, tag, ciphertext]),
  split: (bytes) => {
    if (bytes.length < HEAD_BYTES || bytes[0] !== VERSION) {
      throw new Error('not a sealed box of this version');
    }
    return {
      nonce: bytes.subarray(1, 1 + NONCE_BYTES),
      tag: bytes.subarray(1 + NONCE_BYTES, HEAD_BYTES),
      ciphertext: bytes.subarray(HEAD_BYTES),
    };
  },
};

/** AES-256-GCM (NIST SP 800-38D) with a key for each purpose, by HKDF-SHA256 (RFC 5869). */
export function createSealer({ secret, purpose, layout }: SealerOptions): Sealer {
  const key = new Uint8Array(hkdfSync('sha256', secret, '', purpose, 32));
  return {
    seal: (plain, context) => {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key, nonce);
      if (context !== undefined) {
        cipher.setAAD(bytesOf(context));
      }
      // Of a text Node takes the UTF-8. In this mode the last step adds nothing to it.
      const ciphertext = cipher.update(plain);
      cipher.final();
      return layout.join({ nonce, ciphertext, tag: cipher.getAuthTag() });
    },
    open: (bytes, context) => {
      const { nonce, tag, ciphertext } = layout.split(bytes);
      const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
      if (context !== undefined) {
        decipher.setAAD(bytesOf(context));
      }
      const plain = decipher.setAuthTag(tag).update(ciphertext);
      // Throws where the tag is another, before anybody has seen the text.
      decipher.final();
      return plain;
    },
  };
}

/** As JSON, for `['a', 'bc']` and `['ab', 'c']` must differ. */
function bytesOf(context: readonly string[]): Buffer {
  return Buffer.from(JSON.stringify(context));
}
