import { hash } from 'node:crypto';
import type { Context } from 'koa';
import type { RedisStore } from '../../data/redis.js';
import { AppError } from '../../errors.js';

/** What koa-session gives and takes. Keys that begin with `_` are its own. */
export interface SessionRecord {
  userId: number;
  email: string;
  name: string;
  /** Milliseconds since the epoch, set at login; the absolute timeout counts from it. */
  createdAt: number;
  /** Milliseconds since the epoch; the idle timeout. */
  _expire: number;
}

/** The store methods of koa-session 7. */
export interface SessionStore {
  get(id: string): Promise<SessionRecord | undefined>;
  set(
    id: string,
    record: SessionRecord,
    maxAgeMs: number,
    options: { ctx?: Context },
  ): Promise<void>;
  destroy(id: string): Promise<void>;
}

interface StoreOptions {
  readonly redis: RedisStore;
  readonly absoluteMs: number;
  readonly now: () => number;
  /** Whether this request made the ID itself, so that the record is new and not a renewal. */
  readonly isMinted: (ctx: Context | undefined, id: string) => boolean;
}

/**
 * Sessions in Redis, one string a session: `s:<SHA-256 of the ID>` holds
 * `[userId, email, name, createdAt, expire]`. The ID itself is never stored, so that a copy of the
 * data set (a backup, a replica, a MONITOR session) opens no account.
 */
export function createRedisSessionStore(options: StoreOptions): SessionStore {
  const { redis, absoluteMs, now, isMinted } = options;
  return {
    get: async (id) => {
      const text = await redis.run(redis.client.get(keyOf(id)));
      return text === null ? undefined : decode(text);
    },
    set: async (id, record, maxAgeMs, { ctx }) => {
      const ttlMs = Math.min(maxAgeMs, record.createdAt + absoluteMs - now());
      const write = [keyOf(id), encode(record), 'PX', Math.max(1, ttlMs)] as const;
      if (isMinted(ctx, id)) {
        await redis.run(redis.client.set(...write));
        return;
      }
      // XX: a renewal that was on its way while its owner logged out must not bring the session
      // back to life.
      if ((await redis.run(redis.client.set(...write, 'XX'))) === null) {
        throw new AppError('credential_invalid', {
          detail: 'The session has ended; log in again.',
        });
      }
    },
    destroy: async (id) => {
      await redis.run(redis.client.del(keyOf(id)));
    },
  };
}

function keyOf(id: string): string {
  return `s:${hash('sha256', id, 'base64url')}`;
}

function encode({ userId, email, name, createdAt, _expire }: SessionRecord): string {
  return JSON.stringify([userId, email, name, createdAt, _expire]);
}

function decode(text: string): SessionRecord {
  const [userId, email, name, createdAt, _expire] = JSON.parse(text);
  return { userId, email, name, createdAt, _expire };
}
