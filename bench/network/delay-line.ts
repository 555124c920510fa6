/** Things that happen some time after they were put in, in the order in which they came. */
export interface DelayLine {
  /** Of what is put in from now on; none of it overtakes what waits. */
  setDelay(delayMs: number): void;
  put(happen: () => void): void;
  /** Lets everything happen that is due, and says when the next is; null: nothing waits. */
  release(): number | null;
}

/** Nothing is woken for less than this. */
const GRAIN_MS = 0.05;

/** @param nowMs a clock that never goes back */
export function createDelayLine(delayMs: number, nowMs: () => number): DelayLine {
  let waiting: { dueMs: number; happen: () => void }[] = [];
  let currentMs = delayMs;
  return {
    setDelay(given) {
      currentMs = given;
    },
    put(happen) {
      const dueMs = Math.max(nowMs() + currentMs, waiting.at(-1)?.dueMs ?? 0);
      waiting.push({ dueMs, happen });
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
