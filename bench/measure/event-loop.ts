/**
 * How the event loops of the instances fared in the windows of a trial, from readings of counters that
 * only grow. Pure.
 */
import { z } from 'zod';
import type { Trial } from '../model/result-schema.js';

export const eventLoopReading = z.object({
  /** [upper bound in milliseconds, count] of each bucket that has any. */
  delays: z.array(z.tuple([z.number(), z.number()])),
  activeMs: z.number(),
  idleMs: z.number(),
});

export type EventLoopReading = z.infer<typeof eventLoopReading>;

/** One instance in one window. */
export interface EventLoopSpan {
  from: EventLoopReading;
  to: EventLoopReading;
}

/** @returns undefined where nothing was read */
export function describeEventLoops(spans: readonly EventLoopSpan[]): Trial['eventLoop'] {
  if (spans.length === 0) return undefined;
  const counts = new Map<number, number>();
  for (const { from, to } of spans) {
    const before = new Map(from.delays);
    for (const [bound, count] of to.delays) {
      const grown = count - (before.get(bound) ?? 0);
      if (grown > 0) counts.set(bound, (counts.get(bound) ?? 0) + grown);
    }
  }
  const buckets = [...counts].sort(([a], [b]) => a - b);
  const samples = buckets.reduce((sum, [, count]) => sum + count, 0);
  const activeMs = grown(spans, ({ activeMs }) => activeMs);
  const totalMs = activeMs + grown(spans, ({ idleMs }) => idleMs);
  return {
    samples,
    delayMs:
      samples === 0
        ? null
        : {
            p50: quantile(buckets, samples * 0.5),
            p99: quantile(buckets, samples * 0.99),
            max: (buckets.at(-1) as [number, number])[0],
          },
    utilization: totalMs <= 0 ? null : Math.min(1, Math.max(0, activeMs / totalMs)),
  };
}

/** The upper bound of the bucket that holds the sample of that rank. */
function quantile(buckets: readonly (readonly [number, number])[], rank: number): number {
  let seen = 0;
  for (const [bound, count] of buckets) {
    seen += count;
    if (seen >= rank) return bound;
  }
  return buckets.at(-1)?.[0] ?? 0;
}

function grown(spans: readonly EventLoopSpan[], of: (reading: EventLoopReading) => number): number {
  return spans.reduce((sum, { from, to }) => sum + of(to) - of(from), 0);
}
