import type { Context } from 'koa';

/** A router that can say of a path which no route has what may stand in a log. */
interface RedactingRouter {
  redacted?(path: string): string;
}

/**
 * What a log says of the path: the route as it was registered, `/posts/:id`. People paste credentials
 * into addresses, and a log is read by more people than a credential is meant for.
 */
export function loggedRoute(ctx: Context): string {
  const { router } = ctx as Context & { router?: RedactingRouter };
  return matchedRoute(ctx) ?? router?.redacted?.(pathOf(ctx)) ?? '***';
}

/** The route as it was registered, also one that is there for other methods; undefined where there is none. */
export function matchedRoute(ctx: Context): string | undefined {
  const { _matchedRoute, matched } = ctx as Context & {
    _matchedRoute?: string;
    matched?: readonly { readonly path: string }[];
  };
  return _matchedRoute ?? matched?.[0]?.path;
}

/** The path without its query; empty when what was asked for is no URL: there `ctx.path` throws. */
export function pathOf(ctx: Context): string {
  try {
    return ctx.path;
  } catch {
    return '';
  }
}
