import type { Context } from 'koa';
import type * as z from 'zod';
import { AppError } from '../server/errors.js';
import { readBytes } from './body.js';
import { requireUncoded, utf8TypeOf } from './representation.js';
import { acceptField, type RequestBody } from './request-body.js';

/**
 * Reads the form that OAuth 2.0 clients send (RFC 6749, appendix B).
 * @throws AppError `unsupported_media_type`, `body_too_large`, `body_incomplete`; `invalid_request`
 *   when a parameter is missing, wrong, or there twice (RFC 6749, section 3.2)
 */
export async function readForm<T extends z.ZodType>(
  ctx: Context,
  { schema, mediaTypes }: RequestBody<T>,
): Promise<z.output<T>> {
  requireUncoded(ctx.req, { oauthError: 'invalid_request' });
  const type = utf8TypeOf(ctx.req);
  if (type === undefined || !mediaTypes.includes(type)) {
    throw new AppError('unsupported_media_type', {
      detail: `Send it in UTF-8, with Content-Type: ${mediaTypes.join(', ')}.`,
      headers: acceptField(ctx.method, mediaTypes),
      oauthError: 'invalid_request',
    });
  }
  const parameters = new URLSearchParams((await readBytes(ctx.req)).toString('utf8'));
  const repeated = firstRepeated(parameters.keys());
  if (repeated !== undefined) {
    throw invalidRequest([{ path: repeated.slice(0, 100), message: 'must be there once' }]);
  }
  const parsed = schema.safeParse(Object.fromEntries(parameters));
  if (!parsed.success) {
    throw invalidRequest(
      parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })),
    );
  }
  return parsed.data;
}

/** In one pass: comparing each with each would take a second for the names that fit into one body. */
function firstRepeated(names: Iterable<string>): string | undefined {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) {
      return name;
    }
    seen.add(name);
  }
  return undefined;
}

function invalidRequest(issues: { path: string; message: string }[]): AppError {
  return new AppError('invalid_request', { issues, oauthError: 'invalid_request' });
}
