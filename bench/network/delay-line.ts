/** Things that happen a fixed time after they were put in, in the order in which they came. */
export interface DelayLine {
  put(happen: () => void): void;
  /** Lets everything happen that is due, and says when the next is; null: nothing waits. */
  release(): number | null;
}

/** Nothing is woken for less than this. */
const GRAIN_MS = 0.05;

/** @param nowMs a clock that never goes back */
export function createDelayLine(delayMs: number, nowMs: () => number): DelayLine {
  let waiting: { dueMs: number; happen: () => void }[] = [];
  return {
    put(happen) {
      waiting.push({ dueMs: nowMs() + delayMs, happen });
    },
    release() {
      const untilMs = nowMs() + GRAIN_MS;
      const next = waiting.findIndex(({ dueMs }) => dueMs > untilMs);
      const due = next < 0 ? waiting : waiting.slice(0, next);
      waiting = next < 0 ? [] : waiting.slice(next);
      for (const { happen } of due) happen();
      return waiting[0]?.dueMs ?? null;
    },
  };
}
