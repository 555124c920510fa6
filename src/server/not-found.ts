import type { Context, Next } from 'koa';
import { acceptField, jsonTypesOf } from '../api/media-types.js';
import { AppError } from './errors.js';

/**
 * Runs when no route took the request: 405 with Allow when the path exists under other methods
 * (RFC 9110, section 15.5.6), 204 with Allow for OPTIONS, else 404.
 */
export async function notFound(ctx: Context, _next: Next): Promise<void> {
  if (ctx.method === 'OPTIONS' && ctx.req.url === '*') {
    // Asked of the server and not of a resource (RFC 9110, section 9.3.7): yes, it is there.
    ctx.status = 204;
    return;
  }
  const matched = (ctx.matched ?? []) as readonly { methods: readonly string[] }[];
  const methods = new Set(matched.flatMap((layer) => layer.methods));
  if (methods.size === 0) {
    throw new AppError('not_found');
  }
  const allowed = [...methods, 'OPTIONS'].join(', ');
  if (ctx.method !== 'OPTIONS') {
    throw new AppError('method_not_allowed', {
      detail: `Allowed here: ${allowed}.`,
      headers: { Allow: allowed },
    });
  }
  ctx.set('Allow', allowed);
  if (methods.has('PATCH')) {
    // RFC 5789, section 3.1.
    ctx.set(acceptField('PATCH', jsonTypesOf('PATCH')));
  }
  ctx.status = 204;
}
