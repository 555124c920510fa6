import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import {
  decodeRecord,
  encodeRecord,
  endOf,
  type LoginLimits,
  type LoginRecord,
} from '../credentials/login-record.js';
import type { CookieCodec } from './koa-session-strategy.js';

const CIPHER = 'aes-256-gcm';
/** NIST SP 800-38D, section 8.2.2: random nonces are safe for 2^32 messages under one key. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * The whole session, encrypted and authenticated, as base64url of nonce, ciphertext and tag. Nobody
 * but the service can read or change it; anybody who copied it can send it again until it expires.
 *
 * @param secret at least 32 random bytes; the key is derived from it, so it may serve other uses too
 */
export function createCookieCodec(secret: Uint8Array, limits: LoginLimits): CookieCodec {
  const key = new Uint8Array(hkdfSync('sha256', secret, '', 'session cookie', 32));
  return {
    encode: ({ login }) => {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key, nonce);
      const text = cipher.update(encodeRecord(login), 'utf8');
      return Buffer.concat([nonce, text, cipher.final(), cipher.getAuthTag()]).toString(
        'base64url',
      );
    },
    decode: (value) => {
      const bytes = Buffer.from(value, 'base64url');
      // Decoding forgives stray characters and bits; one session has one spelling.
      if (bytes.length <= NONCE_BYTES + TAG_BYTES || bytes.toString('base64url') !== value) {
        throw new SyntaxError('not a sealed session');
      }
      const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
      const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
      let login: LoginRecord | undefined;
      try {
        login = decodeRecord(Buffer.concat([text, decipher.final()]).toString());
      } catch (cause) {
        throw new SyntaxError('not sealed with our key', { cause });
      }
      if (login === undefined) {
        throw new SyntaxError('not a session');
      }
      return { login, _expire: endOf(login, limits) };
    },
  };
}
