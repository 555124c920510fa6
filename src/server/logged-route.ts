import type { Context } from 'koa';
import { ExactRouter } from './exact-router.js';
import { pathOf } from './path-of.js';

/**
 * What a log says of the path: the route as it was registered, `/posts/:id`. People paste credentials
 * into addresses, and a log is read by more people than a credential is meant for.
 */
export function loggedRoute(ctx: Context): string {
  const { _matchedRoute, matched, router } = ctx as Context & {
    _matchedRoute?: string;
    matched?: readonly { readonly path: string }[];
    router?: unknown;
  };
  // Without a match, the path may be there for other methods.
  const route = _matchedRoute ?? matched?.[0]?.path;
  if (route !== undefined) {
    return route;
  }
  return router instanceof ExactRouter ? router.redacted(pathOf(ctx)) : '***';
}
