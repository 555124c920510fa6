import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
} from 'rate-limiter-flexible';
import type { RedisStore } from '../data/redis.js';
import { AppError } from '../errors.js';

/**
 * Limits on failed logins. Only failures count, so any number of right logins passes. Two limits:
 * one for an account from an address, which stops guessing at one account, and one for an address,
 * which stops trying one password on many accounts. There is none for an account alone: anybody
 * could use it to lock its owner out.
 */
export interface LoginLimiter {
  /** @throws AppError `too_many_logins` */
  check(address: string, email: string): Promise<void>;
  recordFailure(address: string, email: string): Promise<void>;
}

interface Limit {
  readonly name: string;
  readonly failures: number;
  readonly windowSeconds: number;
}

const PER_ACCOUNT_AND_ADDRESS: Limit = { name: 'login:a', failures: 10, windowSeconds: 900 };
const PER_ADDRESS: Limit = { name: 'login:i', failures: 200, windowSeconds: 900 };

/** A login waits no longer than this for the shared counters; then this instance's own ones count. */
const SHARED_WAIT_MS = 100;

/** @param redis makes the limits count over all instances; without it each counts for itself */
export function createLoginLimiter(redis: RedisStore | undefined): LoginLimiter {
  const perAccount = createFailureCounter(PER_ACCOUNT_AND_ADDRESS, redis);
  const perAddress = createFailureCounter(PER_ADDRESS, redis);

  return {
    check: async (address, email) => {
      const source = sourceOf(address);
      const waits = await Promise.all([
        perAccount.waitMs(accountKey(source, email)),
        perAddress.waitMs(source),
      ]);
      const waitMs = Math.max(...waits);
      if (waitMs > 0) {
        throw new AppError('too_many_logins', {
          detail: 'Too many failed logins from here; wait before the next one.',
          headers: { 'Retry-After': String(Math.ceil(waitMs / 1000)) },
        });
      }
    },
    recordFailure: async (address, email) => {
      const source = sourceOf(address);
      await Promise.all([perAccount.count(accountKey(source, email)), perAddress.count(source)]);
    },
  };
}

function createFailureCounter(limit: Limit, redis: RedisStore | undefined) {
  const window = { keyPrefix: limit.name, points: limit.failures, duration: limit.windowSeconds };
  const local = new RateLimiterMemory(window);
  const shared =
    redis &&
    new RateLimiterRedis({ ...window, storeClient: redis.client, rejectIfRedisNotReady: true });

  /** Asks the shared counters, and this instance's own when those do not answer in time. */
  async function ask<T>(question: (limiter: RateLimiterAbstract) => Promise<T>): Promise<T> {
    if (shared !== undefined) {
      try {
        return await withinMs(question(shared), SHARED_WAIT_MS);
      } catch (error) {
        if (error instanceof RateLimiterRes) {
          throw error;
        }
      }
    }
    return question(local);
  }

  return {
    waitMs: async (key: string): Promise<number> => {
      const state = await ask((limiter) => limiter.get(key));
      return state !== null && state.consumedPoints >= limit.failures ? state.msBeforeNext : 0;
    },
    count: async (key: string): Promise<void> => {
      await ask((limiter) => limiter.penalty(key));
    },
  };
}

function withinMs<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the shared counters did not answer')), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Hashed: keys in Redis hold no e-mail addresses. */
function accountKey(source: string, email: string): string {
  return createHash('sha256').update(`${source} ${email.toLowerCase()}`).digest('base64url');
}

/** Whoever has one IPv6 address has the whole /64, so that is what counts as one source. */
export function sourceOf(address: string): string {
  const plain = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
  if (!isIPv6(plain)) {
    return plain;
  }
  const [head = '', tail] = plain.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const tailGroups = tail === '' ? [] : tail.split(':');
    while (groups.length + tailGroups.length < 8) {
      groups.push('0');
    }
    groups.push(...tailGroups);
  }
  return `${groups.slice(0, 4).join(':')}::/64`;
}
