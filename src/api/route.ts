import type { Context } from 'koa';
import type { AuthStrategy, Principal, Scope } from '../auth/strategy.js';
import type { MayKeep } from './cache-control.js';
import type { DescribedInstance } from './openapi/instance.js';
import type { Operation } from './openapi/operation.js';
import type { RequestBody } from './request-body.js';

/**
 * A route is one record. The router, the headers of its answers and the OpenAPI document are all made
 * from it; there is no other place that says what a route is.
 *
 * @typeParam Deps what its handler needs; given when the router is made
 * @typeParam Caller what is known of who is asking
 */
export type Route<Deps, Caller = Principal> = Common & Kept & (Open<Deps> | Guarded<Deps, Caller>);

/** A route of the service. One without an operation cannot be written, nor the other way round. */
export type ApiRoute<Deps, Caller = Principal> = Route<Deps, Caller> & Documented;

/** What of a route the document is made from, whatever its handler needs. */
export type DocumentedRoute = ApiRoute<never, never>;

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

export type RouteContext = Context & { readonly params: Readonly<Record<string, string>> };

/** What an instance may have or not have, as it is set up. */
type Part = 'counters' | 'metrics' | 'guardedMetrics' | 'operator' | 'docs';
export type Parts = Readonly<Record<Part, boolean>>;

interface Common {
  /** As the router spells it: `/posts/:id`. */
  readonly path: string;
  /** What body it takes; left out, none. */
  readonly takes?: RequestBody;
  /**
   * Media type of the answer; left out, JSON. Only JSON is negotiated: who does not take it is refused.
   * `nothing`: the answer has no body whatever was asked for.
   */
  readonly gives?: 'application/jwk-set+json' | 'text/html' | 'text/plain' | '*/*' | 'nothing';
  /** The route is there where the instance has this part. Left out, it always is. */
  readonly partOf?: Part;
  /**
   * Asked by machines all the time, or by other servers. Counting or logging the former would drown the
   * rest; what is counted must agree with what clients count, so the latter are logged alone.
   */
  readonly askedBy?: 'machines' | 'servers';
}

/** Who may keep the answer to a GET (RFC 9111, section 5.2.2): said of each. Any other is kept by nobody. */
type Kept =
  | { readonly method: 'get'; readonly mayKeep: MayKeep }
  | { readonly method: Exclude<Method, 'get'>; readonly mayKeep?: never };

/** Who needs no login: anyone, an operator, or an instance that asks its authority. */
interface Open<Deps> {
  readonly access: 'anyone' | SecretHolder;
  readonly handle: (ctx: RouteContext, deps: Deps) => unknown;
}

interface Guarded<Deps, Caller> {
  readonly access: CallerAccess;
  readonly handle: (ctx: RouteContext, deps: Deps, caller: Caller) => unknown;
}

interface Documented {
  readonly access: 'anyone' | 'operator' | CallerAccess;
  /** For the document. A function where it depends on the instance; called when somebody reads it. */
  readonly operation: Operation | ((instance: DescribedInstance) => Operation);
}

/**
 * What a credential must allow: a scope, which can be handed on; the account, which cannot; or nothing but
 * that it is valid.
 */
export type CallerAccess = Scope | 'account' | 'credential';

/** Who is known by a secret that the process shares with them. */
export type SecretHolder = 'operator' | 'instance';

/** All that a guard asks of whoever is asking; a process without logins knows no names. */
export type KnownCaller = Pick<Principal, 'userId' | 'delegation'>;

/** What finds out who is asking: a strategy, or another server's check. */
export interface CallerCheck<Caller extends KnownCaller = KnownCaller>
  extends Pick<AuthStrategy, 'challenge'> {
  authenticate(ctx: Context): Promise<Caller>;
}

/** The routes that an instance with these parts has. */
export function presentRoutes<Each extends Pick<Common, 'partOf'>>(
  routes: readonly Each[],
  parts: Partial<Parts>,
): Each[] {
  return routes.filter(({ partOf }) => partOf === undefined || parts[partOf] === true);
}
