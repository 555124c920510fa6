import { performance } from 'node:perf_hooks';

/** What the event loop of a process went through since it began to watch. All of it only grows. */
interface EventLoopCounters {
  /**
   * How late a timer came that was due every few milliseconds, as [upper bound in milliseconds, count]
   * of each bucket that has any. Two readings can be subtracted, as of a Prometheus histogram.
   */
  readonly delays: readonly (readonly [number, number])[];
  /** Time in which the loop worked, and in which it waited for something to do (milliseconds). */
  readonly activeMs: number;
  readonly idleMs: number;
}

export interface EventLoopWatch {
  read(): EventLoopCounters;
  close(): void;
}

/** Finer would cost more than it tells: each look is a turn of the loop. */
const LOOK_EVERY_MS = 5;
const FIRST_BOUND_MS = 0.125;
/** Each bound is a tenth above the one before: a percentile is right to that. */
const GROWTH = 1.1;
/** The last one takes all that is longer: more than a minute. */
const BUCKETS = 140;

/**
 * Watches how long ready work has to wait. monitorEventLoopDelay of node:perf_hooks looks in the same
 * way; its percentiles are those since the last reset and cannot be subtracted, so two observers
 * would disturb each other.
 */
export function watchEventLoop(now: () => number = () => performance.now()): EventLoopWatch {
  const counts = new Uint32Array(BUCKETS);
  let last = now();
  const timer = setInterval(() => {
    const at = now();
    const bucket = bucketOf(at - last - LOOK_EVERY_MS);
    counts[bucket] = (counts[bucket] as number) + 1;
    last = at;
  }, LOOK_EVERY_MS).unref();
  return {
    read: () => {
      const { active, idle } = performance.eventLoopUtilization();
      return {
        delays: [...counts].flatMap((count, bucket) =>
          count === 0 ? [] : [[boundOf(bucket), count] as const],
        ),
        activeMs: active,
        idleMs: idle,
      };
    },
    close: () => clearInterval(timer),
  };
}

function bucketOf(delayMs: number): number {
  if (delayMs <= FIRST_BOUND_MS) {
    return 0;
  }
  const bucket = Math.ceil(Math.log(delayMs / FIRST_BOUND_MS) / Math.log(GROWTH));
  return Math.min(BUCKETS - 1, bucket);
}

function boundOf(bucket: number): number {
  return Number((FIRST_BOUND_MS * GROWTH ** bucket).toPrecision(4));
}
