/**
 * Latency histograms: microseconds, three significant digits, up to a minute.
 */
import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram,
} from 'hdr-histogram-js';
import type { Trial } from '../model/result-schema.js';

export const LONGEST_MICROSECONDS = 60_000_000;

export function createLatencyHistogram(): Histogram {
  return build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: LONGEST_MICROSECONDS,
    numberOfSignificantValueDigits: 3,
  });
}

export function encodeHistogram(histogram: Histogram): string {
  return encodeIntoCompressedBase64(histogram);
}

export function mergeHistograms(encoded: readonly string[]): Histogram {
  const merged = createLatencyHistogram();
  for (const text of encoded) addEncoded(merged, text);
  return merged;
}

/** Exact: buckets add up. @throws Error where the text is no histogram */
export function addEncoded(sum: Histogram, encoded: string): void {
  sum.add(decodeFromCompressedBase64(encoded));
}

/**
 * @param meanMs from the exact sum of latencies: the histogram's own mean is rounded to buckets
 * @returns null when nothing was recorded
 */
export function describeLatency(histogram: Histogram, meanMs: number): Trial['latencyMs'] {
  if (histogram.totalCount === 0) return null;
  const at = (percentile: number) => histogram.getValueAtPercentile(percentile) / 1000;
  return {
    mean: meanMs,
    p50: at(50),
    p90: at(90),
    p95: at(95),
    p99: at(99),
    p999: at(99.9),
    max: histogram.maxValue / 1000,
  };
}
