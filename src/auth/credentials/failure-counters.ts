import { createHash } from 'node:crypto';
import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterRedis,
  type RateLimiterRes,
} from 'rate-limiter-flexible';
import type { RedisStore } from '../../data/redis/redis-store.js';
import { sourceOf } from './source-address.js';

/** Who tries to log in, and from where. */
export interface LoginAttempt {
  readonly address: string;
  readonly email: string;
  /** Whose login it is that asks, where one is needed to ask at all; see `login:l`. */
  readonly login?: string | undefined;
}

/** Failed logins of an account from an address, and of an address, in one place. */
export interface FailureCounters {
  /** Milliseconds until the next try may be made; 0 when that is now. */
  waitMs(attempt: LoginAttempt): Promise<number>;
  /**
   * Counts one failure. Each caller gets a number of its own, however many count at once: 0 for the
   * failures that are within the limits, else milliseconds as above.
   */
  count(attempt: LoginAttempt): Promise<number>;
}

interface Limit {
  readonly name: string;
  readonly failures: number;
  readonly windowSeconds: number;
  /** Undefined: this limit does not speak of such an attempt. */
  readonly keyOf: (source: string, attempt: LoginAttempt) => string | undefined;
}

const LIMITS: readonly Limit[] = [
  // Hashed: keys in Redis hold no e-mail addresses.
  {
    name: 'login:a',
    failures: 10,
    windowSeconds: 900,
    keyOf: (source, { email }) => hashed(`${source} ${email.toLowerCase()}`),
  },
  // Whoever stole a login can ask from many addresses. It is that login which may guess no more, so
  // its owner still logs in, and changes the password from there.
  {
    name: 'login:l',
    failures: 10,
    windowSeconds: 900,
    keyOf: (_source, { login }) => (login === undefined ? undefined : hashed(login)),
  },
  { name: 'login:i', failures: 200, windowSeconds: 900, keyOf: (source) => source },
];

function hashed(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** Counts for this process alone, and remembers what it hears of the shared counts. */
export interface LocalCounters extends FailureCounters {
  learn(limit: Limit, key: string, shared: RateLimiterRes): Promise<void>;
}

export function createLocalCounters(): LocalCounters {
  const memories = new Map(LIMITS.map((limit) => [limit, new RateLimiterMemory(windowOf(limit))]));
  const memoryOf = (limit: Limit) => memories.get(limit) as RateLimiterMemory;
  return {
    ...createCounters(memoryOf),
    // From half of the limit on, so that a few failures on each of many accounts fill no memory.
    learn: async (limit, key, { consumedPoints, msBeforeNext }) => {
      if (consumedPoints >= limit.failures / 2 && msBeforeNext > 0) {
        const own = await memoryOf(limit).get(key);
        if (own === null || own.consumedPoints < consumedPoints) {
          await memoryOf(limit).set(key, consumedPoints, msBeforeNext / 1000);
        }
      }
    },
  };
}

/** Counts for all instances. Rejects when Redis does. `local` goes on from there. */
export function createSharedCounters(
  { client }: RedisStore,
  local: LocalCounters,
): FailureCounters {
  return createCounters(
    (limit) =>
      new RateLimiterRedis({
        ...windowOf(limit),
        storeClient: client,
        rejectIfRedisNotReady: true,
      }),
    local.learn,
  );
}

function windowOf({ name, failures, windowSeconds }: Limit) {
  return { keyPrefix: name, points: failures, duration: windowSeconds };
}

function createCounters(
  limiterOf: (limit: Limit) => RateLimiterAbstract,
  heard?: LocalCounters['learn'],
): FailureCounters {
  const counters = LIMITS.map((limit) => ({ limit, limiter: limiterOf(limit) }));

  /** The longest wait of all limits. `most`: how many failures there may be for none. */
  async function longest(
    attempt: LoginAttempt,
    ask: (limiter: RateLimiterAbstract, key: string) => Promise<RateLimiterRes | null>,
    most: (limit: Limit) => number,
  ): Promise<number> {
    const source = sourceOf(attempt.address);
    const waits = await Promise.all(
      counters.map(async ({ limit, limiter }) => {
        const key = limit.keyOf(source, attempt);
        if (key === undefined) {
          return 0;
        }
        const state = await ask(limiter, key);
        if (state !== null) {
          await heard?.(limit, key, state);
        }
        return state !== null && state.consumedPoints > most(limit) ? state.msBeforeNext : 0;
      }),
    );
    return Math.max(...waits);
  }

  return {
    waitMs: (attempt) =>
      longest(
        attempt,
        (limiter, key) => limiter.get(key),
        ({ failures }) => failures - 1,
      ),
    count: (attempt) =>
      longest(
        attempt,
        (limiter, key) => limiter.penalty(key),
        ({ failures }) => failures,
      ),
  };
}
