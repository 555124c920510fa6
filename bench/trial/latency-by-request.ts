/** Reports of load workers -> latencies of each kind of request, where a workload names kinds. Pure. */
import type { WorkerReport } from '../load/messages.js';
import type { Trial } from '../model/result-schema.js';
import {
  describeLatency,
  encodeHistogram,
  mergeHistograms,
} from '../statistics/latency-histogram.js';

export function latencyByRequest(
  reports: readonly WorkerReport[],
): Pick<Trial, 'latencyByRequest'> {
  const kinds = [...new Set(reports.flatMap(({ kinds = {} }) => Object.keys(kinds)))].sort();
  if (kinds.length === 0) return {};
  return {
    latencyByRequest: kinds.map((request) => {
      const parts = reports.flatMap(({ kinds = {} }) => kinds[request] ?? []);
      const histogram = mergeHistograms(parts.map((part) => part.histogram));
      const sumMs = parts.reduce((sum, { latencySumMs }) => sum + latencySumMs, 0);
      const requests = histogram.totalCount;
      return {
        request,
        requests,
        latencyMs: describeLatency(histogram, sumMs / Math.max(1, requests)),
        histogram: encodeHistogram(histogram),
      };
    }),
  };
}
