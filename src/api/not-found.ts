import type { Context } from 'koa';
import { AppError } from '../server/errors.js';
import { acceptField } from './request-body.js';
import type { Route } from './route.js';

interface MatchedLayer {
  readonly path: string;
  readonly methods: readonly string[];
}

/**
 * Runs when no route took the request: 405 with Allow when the path exists under other methods
 * (RFC 9110, section 15.5.6), 204 with Allow for OPTIONS, else 404.
 */
export function notFound(routes: readonly Pick<Route<never>, 'method' | 'path' | 'takes'>[]) {
  return async (ctx: Context): Promise<void> => {
    if (ctx.method === 'OPTIONS' && ctx.req.url === '*') {
      // Asked of the server and not of a resource (RFC 9110, section 9.3.7): yes, it is there.
      ctx.status = 204;
      return;
    }
    const matched = (ctx.matched ?? []) as readonly MatchedLayer[];
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
    const patch = routes.find(
      ({ method, path }) => method === 'patch' && matched.some((layer) => layer.path === path),
    );
    if (patch?.takes !== undefined) {
      // RFC 5789, section 3.1.
      ctx.set(acceptField('PATCH', patch.takes.mediaTypes));
    }
    ctx.status = 204;
  };
}
