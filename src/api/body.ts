import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { Context } from 'koa';
import type * as z from 'zod';
import { AppError } from '../server/errors.js';
import { requireUncoded, utf8TypeOf } from './representation.js';
import { acceptField, type RequestBody } from './request-body.js';
import type { CallerCheck } from './route.js';

export const BODY_BYTES_MAX = 100_000;

/**
 * Of a longer body, so much is still taken off the connection, and thrown away. Closing it instead while
 * a client or a proxy is sending breaks the connection, often before the answer has been read.
 */
const DISCARDED_BYTES_MAX = 1024 * 1024;

/**
 * Reads and checks the JSON body of a request.
 * @throws AppError `unsupported_media_type`, `body_too_large`, `body_incomplete`, `malformed_json`,
 *   `validation_failed` with every field that is wrong
 */
export async function readBody<T extends z.ZodType>(
  ctx: Context,
  { schema, mediaTypes }: RequestBody<T>,
): Promise<z.output<T>> {
  requireJson(ctx, mediaTypes);
  const parsed = schema.safeParse(parseJson(await readBytes(ctx.req)));
  if (!parsed.success) {
    throw new AppError('validation_failed', {
      issues: parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })),
    });
  }
  return parsed.data;
}

function requireJson({ method, req }: Context, mediaTypes: readonly string[]): void {
  requireUncoded(req);
  const type = utf8TypeOf(req);
  if (type === undefined || !mediaTypes.includes(type)) {
    throw new AppError('unsupported_media_type', {
      detail: `Send it in UTF-8, with one of these as Content-Type: ${mediaTypes.join(', ')}.`,
      headers: acceptField(method, mediaTypes),
    });
  }
}

function parseJson(bytes: Buffer): unknown {
  // RFC 8259, section 8.1. Decoding would put U+FFFD, three bytes, for each byte that is none, and what
  // was small enough here could be too long for the next server.
  if (!isUtf8(bytes)) {
    throw new AppError('malformed_json', { detail: 'The body is not UTF-8.' });
  }
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw new AppError('malformed_json', { detail: 'The body could not be read as JSON.', cause });
  }
}

export async function readBytes(request: IncomingMessage): Promise<Buffer> {
  if (request.destroyed) {
    // It went away before anybody listened, and says so no more.
    throw new AppError('body_incomplete');
  }
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > BODY_BYTES_MAX) {
    // Node discards what nobody has read once the answer is out.
    throw tooLarge(announced > DISCARDED_BYTES_MAX);
  }
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const stop = (error: AppError) => {
      request.off('data', onData).off('end', onEnd).off('close', onClose);
      reject(error);
    };
    const onData = (chunk: Buffer) => {
      length += chunk.length;
      if (length > BODY_BYTES_MAX) {
        stop(tooLarge(true));
        return;
      }
      chunks.push(chunk);
    };
    const onEnd = () => resolve(Buffer.concat(chunks));
    // Without 'end' before it, the client went away half way.
    const onClose = () => reject(new AppError('body_incomplete'));
    request.on('data', onData).on('end', onEnd).on('close', onClose);
    request.on('error', () => reject(new AppError('body_incomplete')));
  });
}

/** @param hangUp the rest is not read, so the connection cannot be used again */
function tooLarge(hangUp: boolean): AppError {
  return new AppError('body_too_large', {
    detail: `At most ${BODY_BYTES_MAX} bytes.`,
    headers: hangUp ? { Connection: 'close' } : {},
  });
}

/** Bodies come with the headers, or nearly so. */
const SLOW_MS = 250;

/**
 * The body of a route that a principal guards. A credential is checked when the headers are there. Who
 * then holds the body back could write long after the login has ended, so a slow one is checked again.
 * @throws AppError as `readBody` and `authenticate` do
 */
export async function readGuardedBody<T extends z.ZodType>(
  ctx: Context,
  callers: CallerCheck,
  body: RequestBody<T>,
): Promise<z.output<T>> {
  const startedAt = performance.now();
  const content = await readBody(ctx, body);
  if (performance.now() - startedAt > SLOW_MS) {
    await callers.authenticate(ctx);
  }
  return content;
}
