import {
  decodeRecord,
  encodeRecord,
  endOf,
  type LoginLimits,
  type LoginRecord,
} from '../credentials/login-record.js';
import { createSealer, tagLast } from '../credentials/seal.js';
import type { CookieCodec } from './koa-session-strategy.js';

/**
 * The whole session, encrypted and authenticated, as base64url of the sealed box. Nobody but the
 * service can read or change it; anybody who copied it can send it again until it expires.
 *
 * @param secret at least 32 random bytes; the key is derived from it, so it may serve other uses too
 */
export function createCookieCodec(secret: Uint8Array, limits: LoginLimits): CookieCodec {
  const sealer = createSealer({ secret, purpose: 'session cookie', layout: tagLast });
  return {
    encode: ({ login }) => sealer.seal(encodeRecord(login)).toString('base64url'),
    decode: (value) => {
      const box = Buffer.from(value, 'base64url');
      // Decoding forgives stray characters and bits; one session has one spelling.
      if (box.toString('base64url') !== value) {
        throw new SyntaxError('not a sealed session');
      }
      let login: LoginRecord | undefined;
      try {
        login = decodeRecord(sealer.open(box).toString());
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
