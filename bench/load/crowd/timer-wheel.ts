/**
 * One timer for many users: the next moment of each lies in a slot of a wheel. A timer of Node.js for each of them
 * would cost more memory than the rest of the user.
 */
export interface TimerWheel {
  /** The next moment of a user, on the clock of the wheel; it must have none. */
  set(user: number, atMs: number): void;
  /** Takes those whose moment has come, in no order within a slot; each may be given its next one meanwhile. */
  due(nowMs: number, take: (user: number, atMs: number) => void): void;
}

const SLOT_MS = 5;
/** 41 s: longer than most wait. Who waits longer comes round more than once. */
const SLOTS = 8192;
const NOBODY = -1;

/** @param users as many as there may be */
export function createTimerWheel(users: number, beginMs: number): TimerWheel {
  const first = new Int32Array(SLOTS).fill(NOBODY);
  const next = new Int32Array(users).fill(NOBODY);
  const moments = new Float64Array(users);
  let turned = Math.floor(beginMs / SLOT_MS);

  function set(user: number, atMs: number): void {
    const slot = Math.max(Math.floor(atMs / SLOT_MS), turned) % SLOTS;
    next[user] = first[slot] as number;
    first[slot] = user;
    moments[user] = atMs;
  }

  return {
    set,
    due(nowMs, take) {
      const until = Math.floor(nowMs / SLOT_MS);
      // More than one turn shows each slot once.
      if (until - turned >= SLOTS) turned = until - SLOTS + 1;
      for (; ; turned++) {
        // The slot is emptied first: whoever is not due yet, or has a next moment there, is put in anew.
        let user = first[turned % SLOTS] as number;
        first[turned % SLOTS] = NOBODY;
        while (user !== NOBODY) {
          const following = next[user] as number;
          const atMs = moments[user] as number;
          if (atMs <= nowMs) take(user, atMs);
          else set(user, atMs);
          user = following;
        }
        // The slot of this moment is not over: it is looked at again.
        if (turned >= until) break;
      }
    },
  };
}
