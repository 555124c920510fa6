import { randomBytes } from 'node:crypto';
import type Koa from 'koa';
import type { Context } from 'koa';
import { createSession } from 'koa-session';
import type { RedisStore } from '../../data/redis.js';
import { AppError } from '../../errors.js';
import type { AuthStrategy, Principal, StrategyModule } from '../strategy.js';
import { type CookiePolicy, cookiePolicy, hasCookie, readSessionId } from './cookie-policy.js';
import { isCrossSite } from './cross-site.js';
import { createRedisSessionStore, type SessionRecord } from './redis-session-store.js';

/**
 * Sessions by koa-session, kept in Redis. The browser holds a random ID and nothing else; each
 * request costs one GET, and the answer is what was stored at login.
 *
 * koa-session is not mounted as a middleware of the whole app: the strategy runs it for the routes
 * that ask for a principal, so that public routes do not depend on Redis. `autoCommit` is off and
 * the few requests that change a session (login, logout, renewal) commit themselves, so an ordinary
 * request compares no hashes and cannot write.
 */
export const sessionStrategy: StrategyModule = {
  description: {
    summary: 'A session in Redis behind an HttpOnly cookie (koa-session): one GET for each request',
    control: false,
    carrier: 'cookie',
    stateIn: 'redis',
    credentialBytes: 51,
    perRequest: { redis: 1, authority: 0 },
    revocation: 'at-once',
    sharedByInstances: true,
    survivesRedisLoss: false,
    verifiableByThirdParty: false,
    listsLogins: true,
    refreshes: false,
    delegation: 'scoped-session',
  },
  needs: ['redis'],
  create: async ({ settings, redis, now }) => {
    if (redis === undefined) {
      throw new TypeError('config.ts lets no session instance start without REDIS_URL');
    }
    return createSessionStrategy({
      redis,
      cookie: cookiePolicy(settings.cookieSecure),
      idleMs: settings.sessionIdleSeconds * 1000,
      absoluteMs: settings.sessionAbsoluteSeconds * 1000,
      now,
    });
  },
};

interface SessionStrategyOptions {
  readonly redis: RedisStore;
  readonly cookie: CookiePolicy;
  readonly idleMs: number;
  readonly absoluteMs: number;
  readonly now: () => number;
}

/** The object koa-session puts at ctx.session: the record and the methods used here. */
interface LoadedSession extends Partial<SessionRecord> {
  readonly isNew: boolean;
  save(): Promise<void>;
  regenerate(): Promise<void>;
  manuallyCommit(): Promise<void>;
}

type SessionContext = Context & { session: LoadedSession | null };

/** 256 bits; koa-session's own randomUUID has 122 (OWASP ASVS 5.0, 7.2.3 asks for 128 or more). */
const ID_BYTES = 32;

function createSessionStrategy(options: SessionStrategyOptions): AuthStrategy {
  const { redis, cookie, idleMs, absoluteMs, now } = options;

  const cookieOptions = {
    maxAge: idleMs,
    httpOnly: true,
    sameSite: 'lax',
    secure: cookie.secure,
    overwrite: true,
    // A random ID that is looked up needs no signature: guessing it is as hard as forging one.
    signed: false,
  } as const;

  const store = createRedisSessionStore({
    redis,
    absoluteMs,
    now,
    isMinted: (ctx, id) => ctx?.state.mintedSessionId === id,
  });

  let load: (ctx: Context, next: () => Promise<void>) => Promise<void> = async () => {
    throw new TypeError('attach() must run before the first request');
  };

  return {
    challenge: undefined,

    attach: (app: Koa) => {
      load = createSession(
        {
          ...cookieOptions,
          key: cookie.name,
          autoCommit: false,
          store,
          externalKey: {
            get: (ctx: Context) => readSessionId(ctx.req.headers.cookie, cookie.name) as string,
            set: (ctx: Context, id: string) => {
              ctx.cookies.set(cookie.name, id, cookieOptions);
            },
          },
          genid: (ctx: Context) => {
            const id = randomBytes(ID_BYTES).toString('base64url');
            ctx.state.mintedSessionId = id;
            return id;
          },
          // koa-session checks the idle timeout (`_expire`) and knows no absolute one.
          valid: (_ctx: Context, record: SessionRecord) => now() < record.createdAt + absoluteMs,
        },
        app,
      );
    },

    guardLogin: (ctx) => {
      refuseCrossSite(ctx);
      redis.assertUp();
    },

    issue: async (ctx, principal) => {
      allowSecureCookie(ctx);
      await load(ctx, nothing);
      const { session } = ctx as SessionContext;
      if (session === null) {
        throw new TypeError('koa-session gives a session to a request that has not dropped it');
      }
      session.userId = principal.userId;
      session.email = principal.email;
      session.name = principal.name;
      session.createdAt = now();
      // A session the browser came with is deleted and a new ID taken: one that an attacker planted
      // is worth nothing after the login (session fixation). A new session has a new ID already.
      await (session.isNew ? session.save() : session.regenerate());
      return undefined;
    },

    authenticate: async (ctx) => {
      refuseCrossSite(ctx);
      await load(ctx, nothing);
      const { session } = ctx as SessionContext;
      const { userId, email, name, _expire } = session ?? {};
      if (session == null || userId === undefined || email === undefined || name === undefined) {
        throw refusal(ctx.req.headers.cookie);
      }
      // In its second half only: writing on every request would double the load on Redis.
      if (_expire !== undefined && _expire - now() < idleMs / 2) {
        allowSecureCookie(ctx);
        await session.save();
      }
      return { userId, email, name } satisfies Principal;
    },

    end: async (ctx) => {
      allowSecureCookie(ctx);
      const { session } = ctx as SessionContext;
      (ctx as SessionContext).session = null;
      await session?.manuallyCommit();
    },

    endAll: async () => {},

    checkStores: async () => {
      redis.assertUp();
      await redis.run(redis.client.ping());
    },
  };

  function refuseCrossSite(ctx: Context): void {
    if (isCrossSite(ctx.method, ctx.req.headers)) {
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
