import type Koa from 'koa';
import type { Context } from 'koa';
import { type CreateSessionOptions, createSession } from 'koa-session';
import type { InstanceSettings } from '../../config/settings.js';
import { AppError } from '../../server/errors.js';
import { clientLabel } from '../credentials/client-label.js';
import {
  endOf,
  isDueForRenewal,
  type LoginLimits,
  type LoginRecord,
  loginIdOf,
  newLoginSecret,
  principalOfRecord,
  recordOf,
} from '../credentials/login-record.js';
import { type LoginStore, loginOf } from '../credentials/login-store.js';
import type { AuthStrategy, DelegatedSession, Delegation, Principal } from '../strategy.js';
import {
  cookiePolicy,
  hasCookie,
  isCrossSite,
  readCookie,
  readSessionCookie,
} from './cookie-policy.js';
import { delegateSession } from './delegate-session.js';

/** Where sessions are: in a store, or in the cookie itself. */
export type SessionPlace = { readonly logins: LoginStore } | { readonly codec: CookieCodec };

/** How koa-session turns a session into the value of a cookie and back. */
export interface CookieCodec {
  encode(data: SessionData): string;
  /** @throws SyntaxError, which koa-session takes for "no session" */
  decode(value: string): SessionData;
}

/** What koa-session gives and takes. Keys that begin with `_` are its own. */
interface SessionData {
  login: LoginRecord;
  /** Milliseconds since the epoch; koa-session refuses the session after it. */
  _expire: number;
}

interface SessionStrategyOptions {
  readonly settings: InstanceSettings;
  readonly now: () => number;
}

export function sessionLimits(settings: InstanceSettings): LoginLimits {
  return {
    idleMs: settings.sessionIdleSeconds * 1000,
    absoluteMs: settings.sessionAbsoluteSeconds * 1000,
  };
}

/** The object koa-session puts at ctx.session: its data and the methods used here. */
interface LoadedSession {
  login?: LoginRecord;
  readonly isNew: boolean;
  readonly externalKey?: string;
  save(): Promise<void>;
  regenerate(): Promise<void>;
  manuallyCommit(): Promise<void>;
}

const REQUEST = Symbol('session request');

type SessionContext = Context & { session: LoadedSession | null; [REQUEST]?: SessionRequest };

/** What a request carries from the strategy to the store, past koa-session. */
interface SessionRequest {
  /** The secret asked for last, and the name of its login: a request hashes its secret once. */
  named?: { readonly secret: string; readonly loginId: string };
  /** Who logs in. */
  owner?: number;
  /** The secret that koa-session was given for a new session. */
  minted?: string;
  /** Whose session ends: by then `ctx.session` may hold the next one. */
  ending?: LoginRecord | undefined;
}

function requestOf(ctx: Context): SessionRequest {
  const carrier = ctx as SessionContext;
  carrier[REQUEST] ??= {};
  return carrier[REQUEST];
}

function loginIdIn(ctx: Context, secret: string): string {
  const request = requestOf(ctx);
  if (request.named?.secret !== secret) {
    request.named = { secret, loginId: loginIdOf(secret) };
  }
  return request.named.loginId;
}

/**
 * Sessions by koa-session. The strategy runs it for the routes that ask for a principal, instead of
 * mounting it on the whole app, so that public routes do not depend on the store. `autoCommit` is off
 * and the few requests that change a session (login, logout, renewal) commit themselves, so an
 * ordinary request cannot write (docs/decisions/105).
 */
export function createKoaSessionStrategy(
  place: SessionPlace,
  { settings, now }: SessionStrategyOptions,
): AuthStrategy {
  const cookie = cookiePolicy(settings);
  const limits = sessionLimits(settings);
  const logins = 'logins' in place ? place.logins : undefined;

  const cookieOptions = {
    maxAge: limits.idleMs,
    httpOnly: true,
    sameSite: 'lax',
    secure: cookie.secure,
    overwrite: true,
    // A random ID that is looked up needs no signature, and a sealed session has its own.
    signed: false,
  } as const;

  const placeOptions: Partial<CreateSessionOptions> =
    'logins' in place ? storeOptions(place.logins) : { ...place.codec };

  let load: (ctx: Context, next: () => Promise<void>) => Promise<void> = async () => {
    throw new TypeError('attach() must run before the first request');
  };

  const strategy: AuthStrategy = {
    challenge: undefined,

    attach: (app: Koa) => {
      const loadSession = createSession(
        {
          ...cookieOptions,
          key: cookie.name,
          autoCommit: false,
          ...placeOptions,
          // koa-session checks `_expire` and knows no absolute timeout.
          valid: (_ctx: Context, data: { login?: LoginRecord }) =>
            data.login !== undefined && now() < endOf(data.login, limits),
        },
        app,
      );
      load = (ctx, next) => {
        // Where the cookie is the session, koa-session reads it itself, by another grammar.
        ctx.cookies.get = (name) => readCookie(ctx.req.headers.cookie, name);
        endCookieWithSession(ctx);
        return loadSession(ctx, next);
      };
    },

    guardLogin: (ctx) => {
      refuseCrossSite(ctx);
      logins?.assertUp();
    },

    issue: async (ctx, principal) => {
      allowSecureCookie(ctx);
      requestOf(ctx).owner = principal.userId;
      await load(ctx, nothing);
      const { session } = ctx as SessionContext;
      if (session === null) {
        throw new TypeError('koa-session gives a session to a request that has not dropped it');
      }
      // What koa-session's store needs to find the old one in its owner's index.
      const request = requestOf(ctx);
      request.ending = session.login;
      const before = session.isNew ? undefined : session.login;
      session.login = recordOf(principal, clientLabel(ctx.get('user-agent')), now());
      // A session the browser came with is deleted and a new ID taken: one that an attacker planted
      // is worth nothing after the login (session fixation). A new session has a new ID already.
      await (before === undefined ? session.save() : session.regenerate());
      return request.minted === undefined ? {} : { loginId: loginIdIn(ctx, request.minted) };
    },

    authenticate: async (ctx) => {
      refuseCrossSite(ctx);
      await load(ctx, nothing);
      const { session } = ctx as SessionContext;
      const login = session?.login;
      if (session == null || login === undefined) {
        throw refusal(ctx.req.headers.cookie);
      }
      if (isDueForRenewal(login, limits, now())) {
        allowSecureCookie(ctx);
        session.login = { ...login, seenAt: now() };
        await session.save();
      }
      const { externalKey } = session;
      return principalOfRecord(login, externalKey && loginIdIn(ctx, externalKey));
    },

    end: async (ctx) => {
      allowSecureCookie(ctx);
      const { session } = ctx as SessionContext;
      requestOf(ctx).ending = session?.login;
      (ctx as SessionContext).session = null;
      await session?.manuallyCommit();
    },

    endAll: async (userId, keepLoginId) => {
      await logins?.endAll(userId, keepLoginId);
    },

    checkStores: async () => {
      await logins?.check();
    },

    close: () => logins?.close(),
  };

  return logins === undefined
    ? strategy
    : {
        ...strategy,
        logins: {
          list: async (userId) => (await logins.list(userId)).map(loginOf),
          end: (userId, loginId) => logins.end(userId, loginId),
        },
        delegate: (ctx, principal, delegation) => delegate(logins, ctx, principal, delegation),
      };

  /** koa-session lets each cookie live for the idle time, also one whose session ends before that. */
  function endCookieWithSession(ctx: Context): void {
    const set = ctx.cookies.set.bind(ctx.cookies);
    ctx.cookies.set = (name, value, options) => {
      const login = value ? (ctx as SessionContext).session?.login : undefined;
      return login === undefined
        ? set(name, value, options)
        : // Its end is cut to a whole second.
          set(name, value, {
            ...options,
            maxAge: undefined,
            expires: new Date(endOf(login, limits)),
          });
    };
  }

  function storeOptions(store: LoginStore) {
    return {
      store: createKoaSessionStore(store, limits, now),
      externalKey: {
        get: (ctx: Context) => readSessionCookie(ctx.req.headers.cookie, cookie.name) as string,
        set: (ctx: Context, secret: string) => {
          ctx.cookies.set(cookie.name, secret, cookieOptions);
        },
      },
      genid: (ctx: Context) => {
        const request = requestOf(ctx);
        const secret =
          request.owner === undefined ? newLoginSecret() : store.newSecret(request.owner);
        request.minted = secret;
        return secret;
      },
    };
  }

  function delegate(
    store: LoginStore,
    ctx: Context,
    principal: Principal,
    delegation: Delegation,
  ): Promise<DelegatedSession> {
    const beganAt = (ctx as SessionContext).session?.login?.createdAt ?? now();
    const client = clientLabel(ctx.get('user-agent'));
    return delegateSession(
      {
        logins: store,
        cookieName: cookie.name,
        ttlMs: settings.delegatedTtlSeconds * 1000,
        now,
      },
      { principal, client, endsAt: beganAt + limits.absoluteMs },
      delegation,
    );
  }

  function refuseCrossSite(ctx: Context): void {
    if (isCrossSite(ctx.method, ctx.req.headers, settings.trustProxy)) {
      throw new AppError('cross_site_request', {
        detail: 'Send it from a page of this site, or from a client that is no browser.',
      });
    }
  }

  /** TLS ends at the proxy in front; the cookies module would refuse Secure over plain HTTP. */
  function allowSecureCookie(ctx: Context): void {
    ctx.cookies.secure = cookie.secure;
  }

  function refusal(header: string | undefined): AppError {
    return hasCookie(header, cookie.name)
      ? new AppError('credential_invalid', { detail: 'The session has ended; log in again.' })
      : new AppError('credential_missing', { detail: 'Log in, then send the cookie you got.' });
  }
}

async function nothing(): Promise<void> {}

/** The store methods of koa-session 7, which gives each the context of the request. */
interface KoaSessionStore {
  get(secret: string, maxAgeMs: number, options: OfRequest): Promise<SessionData | undefined>;
  set(secret: string, data: SessionData, maxAgeMs: number, options: OfRequest): Promise<void>;
  destroy(secret: string, options: OfRequest): Promise<void>;
}

/** Its types say that the context may be missing. */
interface OfRequest {
  ctx?: Context;
}

/** Lets koa-session keep its sessions as logins. */
function createKoaSessionStore(
  logins: LoginStore,
  limits: LoginLimits,
  now: () => number,
): KoaSessionStore {
  return {
    get: async (secret, _maxAgeMs, { ctx }) => {
      const login = await logins.read(loginIdIn(ctx as Context, secret));
      return login && { login, _expire: endOf(login, limits) };
    },
    set: async (secret, { login }, _maxAgeMs, { ctx }) => {
      const id = loginIdIn(ctx as Context, secret);
      const ttlMs = Math.max(1, endOf(login, limits) - now());
      if (requestOf(ctx as Context).minted === secret) {
        await logins.create(id, login, ttlMs);
        return;
      }
      if (!(await logins.renew(id, login, ttlMs))) {
        throw new AppError('credential_invalid', {
          detail: 'The session has ended; log in again.',
        });
      }
    },
    destroy: async (secret, { ctx }) => {
      const { ending } = requestOf(ctx as Context);
      if (ending === undefined) {
        throw new TypeError('a session ends, and nobody said whose it was');
      }
      await logins.end(ending.userId, loginIdIn(ctx as Context, secret));
    },
  };
}
