import { createHash } from 'node:crypto';
import type { Context } from 'koa';
import { AppError } from '../server/errors.js';

/**
 * A string of RFC 8941, as draft-ietf-httpapi-idempotency-key-header has it, or the same without
 * quotes, as most clients send it. Quoted or not, it is the same key.
 */
const KEY = /^(?:"([\x20\x21\x23-\x5b\x5d-\x7e]{1,255})"|([A-Za-z0-9._~:+/=-]{1,255}))$/;

/**
 * @returns undefined when the request has none
 * @throws AppError `malformed_idempotency_key`
 */
export function readIdempotencyKey({ req }: Context): string | undefined {
  const header = req.headers['idempotency-key'];
  if (header === undefined) {
    return undefined;
  }
  const match = KEY.exec(String(header));
  if (match === null) {
    throw new AppError('malformed_idempotency_key', {
      detail: 'Idempotency-Key is one string of 1 to 255 characters, such as a UUID in quotes.',
    });
  }
  return match[1] ?? match[2];
}

/** What tells one request from another under the same key: SHA-256, in hex, of its parts. */
export function fingerprintOf(...parts: readonly (string | null)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
