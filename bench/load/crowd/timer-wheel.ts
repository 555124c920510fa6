/**
 * One timer for many users: the next moment of each lies in a slot of a wheel. A timer of Node.js for each of them
 * would cost more memory than the rest of the user.
 */
export interface TimerWheel {
  /** The next moment of a user, on the clock of the wheel; it must have none. */
  set(user: number, atMs: number): void;
  /** Takes its moment away, where it has one. */
  clear(user: number): void;
  /** Takes those whose moment has come, in no order within a slot. */
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
  const before = new Int32Array(users).fill(NOBODY);
  const moments = new Float64Array(users).fill(Number.NaN);
  let turned = Math.floor(beginMs / SLOT_MS);

  const slotOf = (atMs: number) => Math.max(Math.floor(atMs / SLOT_MS), turned) % SLOTS;
  const slots = new Int32Array(users);

  function put(user: number, atMs: number): void {
    const slot = slotOf(atMs);
    const head = first[slot] as number;
    slots[user] = slot;
    next[user] = head;
    before[user] = NOBODY;
    if (head !== NOBODY) before[head] = user;
    first[slot] = user;
    moments[user] = atMs;
  }

  function take(user: number): void {
    const [left, right] = [before[user] as number, next[user] as number];
    if (left === NOBODY) first[slots[user] as number] = right;
    else next[left] = right;
    if (right !== NOBODY) before[right] = left;
    moments[user] = Number.NaN;
  }

  return {
    set: put,
    clear(user) {
      if (!Number.isNaN(moments[user] as number)) take(user);
    },
    due(nowMs, taker) {
      const until = Math.floor(nowMs / SLOT_MS);
      // More than one turn shows each slot once.
      if (until - turned >= SLOTS) turned = until - SLOTS + 1;
      for (; turned <= until; turned++) {
        for (let user = first[turned % SLOTS] as number; user !== NOBODY; ) {
          const following = next[user] as number;
          const atMs = moments[user] as number;
          if (atMs <= nowMs) {
            take(user);
            taker(user, atMs);
          }
          user = following;
        }
        // The slot of this moment is not over: it is looked at again.
        if (turned === until) break;
      }
    },
  };
}
