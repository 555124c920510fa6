import type { Context, Next } from 'koa';
import { AppError } from '../errors.js';

/**
 * Runs when no route took the request: 405 with Allow when the path exists under other methods
 * (RFC 9110, section 15.5.6), 204 with Allow for OPTIONS, else 404.
 */
export async function notFound(ctx: Context, _next: Next): Promise<void> {
  const matched = (ctx.matched ?? []) as readonly { methods: readonly string[] }[];
  const allowed = [...new Set(matched.flatMap((layer) => layer.methods))].join(', ');
  if (allowed === '') {
    throw new AppError('not_found');
  }
  if (ctx.method !== 'OPTIONS') {
    throw new AppError('method_not_allowed', {
      detail: `Allowed here: ${allowed}.`,
      headers: { Allow: allowed },
    });
  }
  ctx.set('Allow', allowed);
  ctx.status = 204;
}
