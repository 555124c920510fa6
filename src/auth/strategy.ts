import type Koa from 'koa';
import type { Context } from 'koa';
import type { Logger } from 'pino';
import type { InstanceSettings, StrategyNeed, TokenAlgorithm } from '../config/settings.js';
import type { Database } from '../data/database.js';
import type { RedisStore } from '../data/redis/redis-store.js';

/**
 * The contract of an authentication strategy. A new strategy is one file that exports a
 * `StrategyModule` and one line in registry.ts; nothing else in the service knows its name.
 * Every strategy in the registry passes the same suite (test/contract), which also does what its
 * description declares. An optional part is there exactly where the description declares it: else the
 * service does not start (check-strategy.ts).
 */

/** What a delegated credential may be allowed. A credential got by a login may do everything. */
export const SCOPES = ['posts:read', 'posts:write'] as const;
export type Scope = (typeof SCOPES)[number];

/** Somebody acts for the user (RFC 8693, section 4.1): who it is, and all that they may do. */
export interface Delegation {
  readonly actor: string;
  readonly scope: readonly Scope[];
}

/** Who is asking. It is all that routes may know: `GET /me` is answered from it alone. */
export interface Principal {
  readonly userId: number;
  /** Empty with a delegation, as is the name: who acts for a user needs neither. */
  readonly email: string;
  readonly name: string;
  /** Public ID of the login the credential came from, where the strategy keeps one. */
  readonly loginId?: string | undefined;
  readonly delegation?: Delegation | undefined;
}

/**
 * What of a user may be in a credential that somebody else holds: whose posts it is about, and nothing
 * of the person. Its holder could read it there (a JWT is not encrypted), and may not read `GET /me`.
 */
export function withoutPerson<Known extends Pick<Principal, 'email' | 'name'>>(
  principal: Known,
): Known {
  return { ...principal, email: '', name: '' };
}

/** What a login puts in the body; a strategy that sets a cookie answers nothing more than the user. */
export interface TokenAnswer {
  readonly access_token: string;
  /** Scheme of the Authorization header the client then sends. */
  readonly token_type: string;
  /** Seconds. Left out by a strategy whose credentials do not expire (RFC 6749, section 5.1). */
  readonly expires_in?: number;
  readonly refresh_token?: string;
  /** Space-separated; only where it is less than everything. */
  readonly scope?: string;
  /** RFC 8693, section 2.2.1. */
  readonly issued_token_type?: string;
}

export interface IssuedCredential {
  /** Undefined where the credential is a cookie. */
  readonly token?: TokenAnswer;
  /** Undefined where no server remembers the login. */
  readonly loginId?: string;
}

/** What a strategy is, as data: the lab prints it and the contract suite checks it by doing it. */
export interface StrategyDescription {
  /** One sentence for people. */
  readonly summary: string;
  /** True for the baseline that does no authentication at all: the tests then run no attack on it. */
  readonly control: boolean;
  /**
   * How the client carries the credential: the cookie that cookie-policy.ts names, or Authorization with
   * the scheme Bearer (RFC 6750). There is no other header and no HTTP Basic: document, problems and
   * `Vary` know these two. `unverified` is for the control alone.
   */
  readonly carrier: 'cookie' | 'bearer' | 'unverified';
  /** Where the server side of a credential lies; `credential`: nowhere, it carries all itself. */
  readonly stateIn: 'redis' | 'instance' | 'authority' | 'credential';
  /** Length of the header value that carries it, for a seeded user; true to within a tenth. */
  readonly credentialBytes: number;
  /** What one authenticated request asks of others: Redis commands, calls to the authority. */
  readonly perRequest: { readonly redis: number; readonly authority: number };
  /**
   * When a credential stops working after logout, password change or disabling: from that moment, on
   * the instance that heard of it only, not before it expires, or never.
   */
  readonly revocation: 'at-once' | 'on-this-instance' | 'at-expiry' | 'never';
  /** False: a credential has no end of its own. Left out, it has. */
  readonly expires?: false;
  /** True: every login of a user gives the same credential. Left out, each gives a new one. */
  readonly onePerUser?: true;
  /** Whether one instance takes what another gave. */
  readonly sharedByInstances: boolean;
  /** Whether a credential still works after Redis came back empty. */
  readonly survivesRedisLoss: boolean;
  /** Whether a process that has only public keys can verify a credential. */
  readonly verifiableByThirdParty: boolean;
  /** Whether a user can see and end single logins (GET /auth/sessions). */
  readonly listsLogins: boolean;
  /** Whether a short credential is renewed with a long one (POST /auth/refresh, POST /auth/token). */
  readonly refreshes: boolean;
  /** Whether a token can be revoked by whoever has it (POST /auth/revoke). Left out, it cannot. */
  readonly revokesTokens?: true;
  /** How a user hands a part of their rights to somebody else. */
  readonly delegation: 'token-exchange' | 'scoped-session' | 'none';
}

/** Another process that instances of a strategy share, started from dist/src/<name>.js. */
type Companion = 'authority';

export interface StrategyResources {
  readonly settings: InstanceSettings;
  readonly database: Database;
  /** Present when REDIS_URL is set. Connected already if the strategy declared the need `redis`. */
  readonly redis: RedisStore | undefined;
  readonly log: Logger;
  /** Milliseconds since the epoch; injected so that tests can move time. */
  readonly now: () => number;
}

/** One login of a user, as its owner sees it. */
export interface Login {
  /** Public: names the login and opens nothing. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Milliseconds since the epoch; as exact as the strategy writes it. */
  readonly lastSeenAt: number;
  /** What the client said it is, shortened. */
  readonly client: string;
  readonly delegation?: Delegation | undefined;
}

interface LoginIndex {
  list(userId: number): Promise<Login[]>;
  /** Ends one login of that user; false when there is none of that ID. */
  end(userId: number, loginId: string): Promise<boolean>;
}

/** A token exchange as asked for, syntax checked (RFC 8693, section 2.1). */
export interface ExchangeRequest {
  readonly subjectToken: string;
  /** The registered client that will act. */
  readonly actor: string;
  readonly scope: readonly Scope[];
  /** Undefined: the narrowest this service has. */
  readonly audience: string | undefined;
}

/** What OAuth 2.0 clients ask of a strategy that gives tokens; each is there where it is declared. */
interface TokenGrants {
  /** Declared by `refreshes`. Spends a refresh token. @throws AppError `refresh_invalid` */
  refresh?(refreshToken: string): Promise<TokenAnswer>;
  /**
   * Declared by `revokesTokens`. RFC 7009: a token that is not known is no error.
   * @throws AppError `unsupported_token_type`
   */
  revoke?(token: string): Promise<void>;
  /**
   * Declared by `delegation: 'token-exchange'`.
   * @throws AppError `credential_invalid`, `invalid_scope`, `invalid_target`, `delegation_refused`
   */
  exchange?(request: ExchangeRequest): Promise<TokenAnswer>;
}

/** A session that can do less, for somebody else: the value for their cookie. */
export interface DelegatedSession {
  readonly cookie: string;
  readonly value: string;
  /** Seconds. */
  readonly expiresIn: number;
  readonly loginId: string;
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

  /**
   * Makes a credential for a user whose password was right: a token to answer, or a cookie set on
   * `ctx`.
   */
  issue(ctx: Context, principal: Principal): Promise<IssuedCredential>;

  /**
   * Reads the credential of a request. Throws `credential_missing`, `credential_invalid` (401),
   * `cross_site_request` (403) or `redis_unavailable` (503: never a 401 for "cannot know").
   */
  authenticate(ctx: Context): Promise<Principal>;

  /**
   * Log out: ends what can be ended of the credential the request came with. Also called, where logins
   * are not listed, for a login that was made a moment ago and must not be answered.
   */
  end(ctx: Context, principal: Principal): Promise<void>;

  /**
   * Ends what can be ended of the logins a user has when it is called, but for one where `keepLoginId`
   * names it. What begins while it runs may stay.
   */
  endAll(userId: number, keepLoginId?: string): Promise<void>;

  /** Declared by `listsLogins`: logins can be seen and ended one by one. */
  readonly logins?: LoginIndex;

  /** Present where OAuth 2.0 clients can ask for something. */
  readonly tokens?: TokenGrants;

  /** Declared by `delegation: 'scoped-session'`: a user can hand out a session with fewer rights. */
  delegate?(ctx: Context, principal: Principal, delegation: Delegation): Promise<DelegatedSession>;

  /** Declared by `verifiableByThirdParty`. The public keys for GET /.well-known/jwks.json; undefined or absent where there are none. */
  publicKeys?(): { readonly keys: readonly object[] } | undefined;

  /** Resolves when the stores this strategy needs answer; rejects with an AppError otherwise. */
  checkStores(): Promise<void>;

  /** Stops timers and connections of its own. */
  close?(): void;
}

export interface StrategyModule {
  readonly description: StrategyDescription;
  readonly needs: readonly StrategyNeed[];
  readonly companions?: readonly Companion[];
  /** Present where a process that has the keys needs nothing else to verify a credential. */
  readonly tokenAlgorithm?: TokenAlgorithm;
  create(resources: StrategyResources): Promise<AuthStrategy>;
}
