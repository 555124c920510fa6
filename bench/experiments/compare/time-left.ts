/** How long a run goes on, told from how long its blocks took so far. */

export interface Pace {
  /** Trials of the whole run. */
  planned: number;
  /** Before a block is done. */
  secondsPerTrial: number;
  /** When the first block began; null: not yet. */
  startedMs: number | null;
  /** Trials of the blocks that are done, and when the last of them was. */
  done: number;
  doneMs: number;
}

/** @returns seconds; the block under way has used up some of its share already */
export function secondsLeft(pace: Pace, nowMs: number): number {
  const { planned, secondsPerTrial, startedMs, done, doneMs } = pace;
  if (startedMs === null) return planned * secondsPerTrial;
  const each = done > 0 ? (doneMs - startedMs) / 1000 / done : secondsPerTrial;
  const sinceMs = nowMs - (done > 0 ? doneMs : startedMs);
  return Math.max(0, each * (planned - done) - sinceMs / 1000);
}
