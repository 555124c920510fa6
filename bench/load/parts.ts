/**
 * What a load worker tells while it works: parts of its report, each a second or more after the last, numbered
 * so that a missing one is noticed.
 */
import type { FromWorker, WorkerReport } from './messages.js';

const EVERY_MS = 1000;

export interface Parts {
  /** Tells of each loop what it has seen; null: nothing is to be told of it. */
  tell(loops: readonly (WorkerReport | null)[]): void;
  /** Whether the last part is a second ago. */
  isDue(): boolean;
  /** How many were told. */
  told(): number;
}

export function createParts(send: (message: FromWorker) => void): Parts {
  let number = 0;
  let lastMs = performance.now();
  return {
    tell(loops) {
      lastMs = performance.now();
      for (const [loop, report] of loops.entries()) {
        if (report) send({ type: 'part', number: ++number, loop, report });
      }
    },
    isDue: () => performance.now() - lastMs >= EVERY_MS,
    told: () => number,
  };
}

/** Calls `tell` each second until it is stopped, where it is streamed. */
export function eachSecond(streamed: boolean | undefined, tell: () => void): { stop(): void } {
  if (!streamed) return { stop: () => {} };
  const timer = setInterval(tell, EVERY_MS);
  return { stop: () => clearInterval(timer) };
}
