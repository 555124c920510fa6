import type { Context } from 'koa';
import Router from 'koa-router';
import type { Scope } from '../auth/strategy.js';
import { AppError } from '../server/errors.js';
import { cachingOf } from './cache-control.js';
import type {
  CallerAccess,
  CallerCheck,
  KnownCaller,
  Route,
  RouteContext,
  SecretHolder,
} from './route.js';

export interface Guards<Caller extends KnownCaller> {
  /** For routes that need a credential. */
  readonly callers?: CallerCheck<Caller>;
  /** For routes that need a secret. Each throws an AppError where it is not the right one. */
  readonly holders?: Partial<Readonly<Record<SecretHolder, (ctx: Context) => void>>>;
}

/**
 * Makes a router of records. What every route does before its handler is in one function: a middleware of
 * its own for each would cost every request a turn through Koa.
 * @throws TypeError for a route that nobody guards
 */
export function createRouter<Deps, Caller extends KnownCaller>(
  routes: readonly Route<Deps, Caller>[],
  deps: Deps,
  guards: Guards<Caller>,
): ExactRouter {
  const router = new ExactRouter();
  for (const route of routes) {
    router[route.method](route.path, serve(route, deps, guards));
  }
  return router;
}

function serve<Deps, Caller extends KnownCaller>(
  route: Route<Deps, Caller>,
  deps: Deps,
  guards: Guards<Caller>,
): (ctx: RouteContext) => unknown {
  const prepare = preparationOf(route, guards.callers?.challenge);
  const { callers, holders } = guards;
  switch (route.access) {
    case 'anyone': {
      const { handle } = route;
      return (ctx) => {
        prepare(ctx);
        return handle(ctx, deps);
      };
    }
    case 'operator':
    case 'instance': {
      const { handle, access } = route;
      const check = required(holders?.[access], route);
      return (ctx) => {
        prepare(ctx);
        check(ctx);
        return handle(ctx, deps);
      };
    }
    default: {
      const { handle, access } = route;
      const guard = required(callers, route);
      return async (ctx) => {
        prepare(ctx);
        const caller = await guard.authenticate(ctx);
        if (caller.delegation !== undefined && access !== 'credential') {
          requireScope(caller.delegation.scope, access, guard.challenge);
        }
        await handle(ctx, deps, caller);
      };
    }
  }
}

function required<Guard>(guard: Guard | undefined, { method, path, access }: RouteName): Guard {
  if (guard === undefined) {
    throw new TypeError(`nothing here knows who may ask ${method} ${path}: ${access}`);
  }
  return guard;
}

type RouteName = Pick<Route<never, never>, 'method' | 'path' | 'access'>;

/** Says who may keep the answer, and refuses who does not take its type. */
function preparationOf(
  route: Route<never, never>,
  challenge: string | undefined,
): (ctx: RouteContext) => void {
  const { gives } = route;
  const { cacheControl, isPrivateCopy } = cachingOf(route);
  // A copy made for one user must not serve the next one of the same browser (RFC 9110, 12.5.5).
  const vary = isPrivateCopy
    ? `${challenge === undefined ? 'Cookie' : 'Authorization'}, Accept`
    : undefined;
  return (ctx) => {
    ctx.set('Cache-Control', cacheControl);
    if (vary !== undefined) {
      ctx.set('Vary', vary);
    }
    if (gives === undefined) {
      requireJsonAccepted(ctx);
    }
  };
}

const JSON_TYPE = 'application/json';

/** With the parameter that answers have: a range may name it (RFC 9110, section 12.5.1). */
const OFFERED = [`${JSON_TYPE}; charset=utf-8`, JSON_TYPE];

/** Browsers send a tenth of it. To take a header of 16 kB apart costs as much as many requests. */
const ACCEPT_LENGTH_MAX = 2000;

/**
 * The API has one type of answer, so negotiation is to see whether the client takes it (RFC 9110,
 * section 12.5.1). An error is problem+json even where that was not asked for: the section lets a
 * server disregard the field, and a reason that can be logged is better than none.
 * @throws AppError `not_acceptable`
 */
function requireJsonAccepted(ctx: Context): void {
  const { accept } = ctx.req.headers;
  // What clients send that do not care, and costs nothing to look at.
  if (accept === undefined || accept === '*/*' || accept === JSON_TYPE || accept === '') {
    return;
  }
  // Too long to be looked at: disregarded, as the section allows.
  if (accept.length <= ACCEPT_LENGTH_MAX && ctx.accepts(OFFERED) === false) {
    throw new AppError('not_acceptable', { detail: `It comes as ${JSON_TYPE} only.` });
  }
}

/**
 * A credential got by a login may do everything; one that somebody else holds, what it says.
 * @throws AppError `insufficient_scope` (RFC 6750, section 3.1)
 */
function requireScope(
  given: readonly Scope[],
  access: Exclude<CallerAccess, 'credential'>,
  challenge: string | undefined,
): void {
  if (access !== 'account' && given.includes(access)) {
    return;
  }
  const insufficient = 'Bearer error="insufficient_scope"';
  throw new AppError('insufficient_scope', {
    detail:
      access === 'account'
        ? 'Only the user may do this, with a login of their own.'
        : `It needs the scope ${access}.`,
    headers:
      challenge === undefined
        ? {}
        : {
            'WWW-Authenticate':
              access === 'account' ? insufficient : `${insufficient}, scope="${access}"`,
          },
  });
}

/**
 * Letters, digits and `-._~` with a percent sign: another spelling of the same URL (RFC 3986, sections
 * 2.3 and 6.2.2.2), which nobody has a reason to send.
 */
const NEEDLESSLY_ENCODED = /%(?:2[de]|3\d|[46][1-9a-f]|[57][\da]|5f|7e)/i;

const SEGMENTS_LOGGED_MAX = 6;
const HIDDEN = '***';

/**
 * A router that knows each path in one spelling: with its letters, without a slash behind, and with
 * nothing encoded that need not be. A proxy in front compares paths as text. Whatever it denies must not
 * be had under another name.
 */
export class ExactRouter extends Router {
  #words: ReadonlySet<string> | undefined;

  constructor() {
    super({ strict: true, sensitive: true });
  }

  override match(path: string, method: string): Router.IRoutesMatch {
    return path.includes('%') && NEEDLESSLY_ENCODED.test(path)
      ? { path: [], pathAndMethod: [], route: false }
      : super.match(path, method);
  }

  /** A path that no route has, for the log: what is no word of a route may be a secret. */
  redacted(path: string): string {
    this.#words ??= new Set(this.stack.flatMap((route) => String(route.path).split('/')));
    const segments = path.split('/', SEGMENTS_LOGGED_MAX);
    return segments.map((segment) => (this.#words?.has(segment) ? segment : HIDDEN)).join('/');
  }
}
