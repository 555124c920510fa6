import { type LoginRecord, newLoginSecret } from './login-record.js';
import { capGroupOf, type LoginStore, type LoginStoreOptions } from './login-store.js';
import { sweepInSteps } from './sweep-in-steps.js';

interface Entry {
  record: LoginRecord;
  endsAt: number;
}

/**
 * Logins in the memory of this process. Right for one instance that may forget everybody when it
 * restarts; with two, each knows only its own (claim S3).
 */
export function createMemoryLoginStore(
  { perUserMax }: LoginStoreOptions,
  now: () => number,
): LoginStore {
  const entries = new Map<string, Entry>();
  const idsOfUser = new Map<number, Set<string>>();

  const endSweep = sweepInSteps(
    entries,
    ({ endsAt }) => endsAt <= now(),
    (id, { record }) => remove(record.userId, id),
  );

  function living(id: string): Entry | undefined {
    const entry = entries.get(id);
    return entry !== undefined && entry.endsAt > now() ? entry : undefined;
  }

  function groupOf(id: string): string | undefined {
    const entry = entries.get(id);
    return entry && capGroupOf(entry.record);
  }

  function remove(userId: number, id: string): boolean {
    const ids = idsOfUser.get(userId);
    if (ids?.delete(id) !== true) {
      return false;
    }
    if (ids.size === 0) {
      idsOfUser.delete(userId);
    }
    return entries.delete(id);
  }

  return {
    newSecret: newLoginSecret,
    read: async (id) => living(id)?.record,
    create: async (id, record, ttlMs) => {
      const ids = idsOfUser.get(record.userId) ?? new Set();
      idsOfUser.set(record.userId, ids);
      for (const old of [...ids].filter((each) => living(each) === undefined)) {
        remove(record.userId, old);
      }
      const group = capGroupOf(record);
      // A Set keeps the order of insertion, so the first is the oldest.
      const alike = [...ids].filter((each) => groupOf(each) === group);
      for (const oldest of alike.slice(0, Math.max(0, alike.length + 1 - perUserMax))) {
        remove(record.userId, oldest);
      }
      idsOfUser.set(record.userId, ids.add(id));
      entries.set(id, { record, endsAt: now() + ttlMs });
    },
    renew: async (id, record, ttlMs) => {
      const entry = living(id);
      if (entry === undefined) {
        return false;
      }
      entry.record = record;
      entry.endsAt = now() + ttlMs;
      return true;
    },
    list: async (userId) =>
      [...(idsOfUser.get(userId) ?? [])].flatMap((id) => {
        const entry = living(id);
        return entry === undefined ? [] : [{ id, record: entry.record }];
      }),
    end: async (userId, id) => living(id) !== undefined && remove(userId, id),
    endAll: async (userId, keepId) => {
      for (const id of [...(idsOfUser.get(userId) ?? [])]) {
        if (id !== keepId) {
          remove(userId, id);
        }
      }
    },
    check: async () => {},
    assertUp: () => {},
    close: endSweep,
  };
}
