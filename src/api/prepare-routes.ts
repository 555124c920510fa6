import type Router from 'koa-router';
import type { AuthStrategy } from '../auth/strategy.js';
import { cachingOf } from './cache-control.js';
import { answersInJson, requireJsonAccepted } from './content-negotiation.js';

/**
 * Makes every route say who may keep its answer, and refuse who does not take its type. Called when all
 * routes are there. It goes into the first function of each route, since a middleware of its own would
 * cost every request a turn through Koa.
 */
export function prepareRoutes(
  router: Router,
  { challenge }: Pick<AuthStrategy, 'challenge'>,
): void {
  // A copy made for one user must not serve the next one of the same browser (RFC 9110, 12.5.5).
  const vary = `${challenge === undefined ? 'Cookie' : 'Authorization'}, Accept`;
  for (const { path, methods, stack } of router.stack) {
    const [first] = stack;
    if (first === undefined) {
      continue;
    }
    const { cacheControl, isPrivateCopy } = cachingOf(path, methods);
    const inJson = answersInJson(path);
    stack[0] = (ctx, next) => {
      ctx.set('Cache-Control', cacheControl);
      if (isPrivateCopy) {
        ctx.set('Vary', vary);
      }
      if (inJson) {
        requireJsonAccepted(ctx);
      }
      return first(ctx, next);
    };
  }
}
