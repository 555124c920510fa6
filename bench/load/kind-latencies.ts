/** Latencies apart for each kind of request, where a workload names kinds. */
import type { Histogram } from 'hdr-histogram-js';
import {
  createLatencyHistogram,
  encodeHistogram,
  LONGEST_MICROSECONDS,
} from '../statistics/latency-histogram.js';
import type { KindReport } from './messages.js';

export interface KindLatencies {
  /** @param kind undefined: the workload names none, and nothing is kept */
  record(kind: string | undefined, durationMs: number): void;
  /** Since the last one. */
  report(): Record<string, KindReport>;
}

export function createKindLatencies(): KindLatencies {
  const kinds = new Map<string, { latencySumMs: number; histogram: Histogram }>();
  return {
    record(kind, durationMs) {
      if (kind === undefined) return;
      let known = kinds.get(kind);
      if (!known) {
        known = { latencySumMs: 0, histogram: createLatencyHistogram() };
        kinds.set(kind, known);
      }
      known.latencySumMs += durationMs;
      const microseconds = Math.max(1, Math.round(durationMs * 1000));
      known.histogram.recordValue(Math.min(LONGEST_MICROSECONDS, microseconds));
    },
    report() {
      const told = [...kinds].map(([kind, { latencySumMs, histogram }]) => [
        kind,
        { latencySumMs, histogram: encodeHistogram(histogram) },
      ]);
      kinds.clear();
      return Object.fromEntries(told);
    },
  };
}
