import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** Encrypts small things that rest in a store under a secret that never goes there. */
export interface Sealer {
  /** @param context what the box belongs to; it opens only with the same words */
  seal(plain: Uint8Array, context: readonly string[]): Buffer;
  /** @throws Error for another secret, another context, or a changed box */
  open(sealed: Uint8Array, context: readonly string[]): Buffer;
}

const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + NONCE_BYTES + TAG_BYTES;

/**
 * AES-256-GCM (NIST SP 800-38D) with a key of its own for each purpose, by HKDF-SHA256 (RFC 5869): one
 * secret then serves several purposes, and a box of one cannot pass for a box of another. Random
 * nonces of 96 bits are good for 2^32 boxes a key; here it is a handful.
 *
 * Layout: version (1 byte), nonce (12), tag (16), ciphertext.
 */
export function createSealer(secret: Uint8Array, purpose: string): Sealer {
  const key = Buffer.from(
    hkdfSync('sha256', secret, new Uint8Array(), `session-token-lab ${purpose} v${VERSION}`, 32),
  );
  return {
    seal: (plain, context) => {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(bind(context));
      const body = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([Uint8Array.of(VERSION), nonce, cipher.getAuthTag(), body]);
    },
    open: (sealed, context) => {
      if (sealed.length < HEAD_BYTES || sealed[0] !== VERSION) {
        throw new Error('not a sealed box of this version');
      }
      const nonce = sealed.subarray(1, 1 + NONCE_BYTES);
      const tag = sealed.subarray(1 + NONCE_BYTES, HEAD_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(bind(context)).setAuthTag(tag);
      return Buffer.concat([decipher.update(sealed.subarray(HEAD_BYTES)), decipher.final()]);
    },
  };
}

/** As JSON, for `['a', 'bc']` and `['ab', 'c']` must differ. */
function bind(context: readonly string[]): Buffer {
  return Buffer.from(JSON.stringify(context));
}
