import type { RedisStore } from '../../data/redis/redis-store.js';
import { AppError } from '../../server/errors.js';
import {
  createLocalCounters,
  createSharedCounters,
  type FailureCounters,
  type LoginAttempt,
} from './failure-counters.js';

/**
 * Limits on failed logins. Only failures count, so any number of right logins passes. Three limits:
 * one for an account from an address, which stops guessing at one account; one for an address, which
 * stops trying one password on many accounts; and one for a login that asks for its own password once
 * more, which stops a thief of that login who has many addresses. There is none for an account alone: anybody
 * could use it to lock its owner out.
 */
export interface LoginLimiter {
  /**
   * Runs `check`, which gives what a right password opens and undefined for a wrong one. What it
   * throws counts as neither.
   *
   * The limits are asked before, so that nobody hashes in vain, and decide after: guesses that run
   * at the same moment, on whatever instances, get no more answers than guesses one by one.
   *
   * @throws AppError `too_many_logins`, before the check or in place of its answer
   */
  attempt<T>(attempt: LoginAttempt, check: () => Promise<T | undefined>): Promise<T | undefined>;
}

/** A login waits no longer than this for the shared counters; then this instance's own ones count. */
const SHARED_WAIT_MS = 100;

/** @param redis makes the limits count over all instances; without it each counts for itself */
export function createLoginLimiter(redis: RedisStore | undefined): LoginLimiter {
  const local = createLocalCounters();
  const shared = redis && createSharedCounters(redis, local);

  return {
    attempt: async (attempt, check) => {
      const ask = askInTime(shared, local);
      refuseIfAny(await ask((counters) => counters.waitMs(attempt)));
      const result = await check();
      // A right password that was one of too many guesses at once is not told from a wrong one.
      const waitMs = await ask((counters) =>
        result === undefined ? counters.count(attempt) : counters.waitMs(attempt),
      );
      refuseIfAny(waitMs);
      return result;
    },
  };
}

function refuseIfAny(waitMs: number): void {
  if (waitMs > 0) {
    throw new AppError('too_many_logins', {
      detail: 'Too many failed logins from here; wait before the next one.',
      headers: { 'Retry-After': String(Math.ceil(waitMs / 1000)) },
    });
  }
}

/**
 * Asks the shared counters, and this instance's own when those do not answer in time. One login
 * waits for them once: after a miss it stays with its own.
 */
function askInTime(shared: FailureCounters | undefined, local: FailureCounters) {
  let current = shared ?? local;
  return async <T>(question: (counters: FailureCounters) => Promise<T>): Promise<T> => {
    if (current === shared) {
      try {
        return await withinMs(question(current), SHARED_WAIT_MS);
      } catch {
        // Whatever is wrong with Redis: a limit is worth less than being able to log in.
        current = local;
      }
    }
    return question(local);
  };
}

function withinMs<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const giveUp = () => reject(new Error('the shared counters did not answer'));
    // After a busy event loop the answer may lie in the socket already: it is read before giving up.
    timer = setTimeout(() => setImmediate(giveUp), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
