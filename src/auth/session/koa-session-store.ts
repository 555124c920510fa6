import type { Context } from 'koa';
import { AppError } from '../../server/errors.js';
import { endOf, type LoginLimits } from '../credentials/login-life.js';
import { type LoginRecord, loginIdOf } from '../credentials/login-record.js';
import type { LoginStore } from '../credentials/login-store.js';

/** What koa-session gives and takes. Keys that begin with `_` are its own. */
export interface SessionData {
  login: LoginRecord;
  /** Milliseconds since the epoch; koa-session refuses the session after it. */
  _expire: number;
}

/** The store methods of koa-session 7. */
export interface KoaSessionStore {
  get(secret: string): Promise<SessionData | undefined>;
  set(
    secret: string,
    data: SessionData,
    maxAgeMs: number,
    options: { ctx?: Context },
  ): Promise<void>;
  destroy(secret: string, options: { ctx?: Context }): Promise<void>;
}

/** Lets koa-session keep its sessions as logins. */
export function createKoaSessionStore(
  logins: LoginStore,
  limits: LoginLimits,
  now: () => number,
): KoaSessionStore {
  return {
    get: async (secret) => {
      const login = await logins.read(loginIdOf(secret));
      return login && { login, _expire: endOf(login, limits) };
    },
    set: async (secret, { login }, _maxAgeMs, { ctx }) => {
      const id = loginIdOf(secret);
      const ttlMs = Math.max(1, endOf(login, limits) - now());
      if (ctx?.state.mintedSessionSecret === secret) {
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
      // Whoever ends a session says whose it was: by now ctx.session may hold the next one.
      const login: LoginRecord = ctx?.state.endingLogin;
      await logins.end(login.userId, loginIdOf(secret));
    },
  };
}
