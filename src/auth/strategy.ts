import type Koa from 'koa';
import type { Context } from 'koa';
import type { Logger } from 'pino';
import type { InstanceSettings } from '../config.js';
import type { RedisStore } from '../data/redis.js';

/**
 * The contract of an authentication strategy. A new strategy is one file that exports a
 * `StrategyModule` and one line in registry.ts; nothing else in the service knows its name.
 * Every strategy in the registry passes the same suite (test/contract).
 */

/** Who is asking. It is all that routes may know: `GET /me` is answered from it alone. */
export interface Principal {
  readonly userId: number;
  readonly email: string;
  readonly name: string;
}

/** What a login puts in the body; a strategy that sets a cookie answers nothing more than the user. */
export interface TokenAnswer {
  readonly access_token: string;
  /** Scheme of the Authorization header the client then sends. */
  readonly token_type: string;
  /** Seconds. */
  readonly expires_in: number;
}

/** What a strategy is, as data: the lab prints it and the contract suite checks it by doing it. */
export interface StrategyDescription {
  /** One sentence for people. */
  readonly summary: string;
  /** True for the baseline that does no authentication at all. */
  readonly control: boolean;
  /** True when each authenticated request asks a shared store. */
  readonly storePerRequest: boolean;
  /** True when a credential is refused from the moment its owner logged out. */
  readonly revokesAtLogout: boolean;
}

/** What the environment must offer; config.ts checks it before anything is opened. */
export type StrategyNeed = 'redis' | 'tokenSecret' | 'loopback';

export interface StrategyResources {
  readonly settings: InstanceSettings;
  /** Present when REDIS_URL is set. Connected already if the strategy declared the need `redis`. */
  readonly redis: RedisStore | undefined;
  readonly log: Logger;
  /** Milliseconds since the epoch; injected so that tests can move time. */
  readonly now: () => number;
}

export interface AuthStrategy {
  /** Value of WWW-Authenticate when no credential was sent; undefined where HTTP has no scheme. */
  readonly challenge: string | undefined;

  /** Called once, before the first request, by strategies that extend Koa's context. */
  attach?(app: Koa): void;

  /**
   * Called before the costly part of a login (the password hash). Throws an AppError when the
   * login cannot succeed anyway: a cross-site form, a store that is known to be away.
   */
  guardLogin?(ctx: Context): void;

  /** Makes a credential for a user whose password was right, and hands it over through `ctx`. */
  issue(ctx: Context, principal: Principal): Promise<TokenAnswer | undefined>;

  /**
   * Reads the credential of a request. Throws `credential_missing`, `credential_invalid` (401),
   * `cross_site_request` (403) or `redis_unavailable` (503: never a 401 for "cannot know").
   */
  authenticate(ctx: Context): Promise<Principal>;

  /** Log out: ends what can be ended of the credential the request came with. */
  end(ctx: Context, principal: Principal): Promise<void>;

  /** Resolves when the stores this strategy needs answer; rejects with an AppError otherwise. */
  checkStores(): Promise<void>;
}

export interface StrategyModule {
  readonly description: StrategyDescription;
  readonly needs: readonly StrategyNeed[];
  create(resources: StrategyResources): Promise<AuthStrategy>;
}
