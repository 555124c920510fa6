/**
 * Parts of a report -> the report. Exact: every count is the sum of the parts, and the histogram is the one that
 * one process would have recorded. Pure.
 */
import type { Histogram } from 'hdr-histogram-js';
import {
  addEncoded,
  createLatencyHistogram,
  encodeHistogram,
} from '../statistics/latency-histogram.js';
import type { KindReport, WorkerReport } from './messages.js';

export interface ReportSum {
  add(part: WorkerReport): void;
  /** Answered so far, warm-up included. */
  answered(): number;
  report(): WorkerReport;
}

export function createReportSum(): ReportSum {
  const latencies = createLatencySum();
  const kinds = new Map<string, LatencySum>();
  const requestsPerInstance: Record<string, number> = {};
  const statuses: Record<string, number> = {};
  const unexpectedStatuses: Record<string, number> = {};
  const requestsPerSlice: number[] = [];
  const counts = { requests: 0, requestsSinceStart: 0, errors: 0, timeouts: 0 };
  const wire = { sentBytes: 0, receivedBytes: 0, responses: 0 };
  const sending = { activeMs: 0, idleMs: 0, lateStarts: 0 };
  const leftovers: WorkerReport['leftovers'] = [];
  let firstError: string | null = null;
  let last: Pick<WorkerReport, 'openLoop' | 'foreign'> = {};
  return {
    add(part) {
      addTo(counts, part);
      addTo(wire, part.wire);
      addTo(sending, part.sending ?? {});
      addCounts(requestsPerInstance, part.requestsPerInstance);
      addCounts(statuses, part.statuses);
      addCounts(unexpectedStatuses, part.unexpectedStatuses);
      for (const [slice, count] of part.requestsPerSlice.entries()) {
        requestsPerSlice[slice] = (requestsPerSlice[slice] ?? 0) + count;
      }
      latencies.add(part);
      for (const [kind, report] of Object.entries(part.kinds ?? {})) {
        const known = kinds.get(kind) ?? createLatencySum();
        kinds.set(kind, known);
        known.add(report);
      }
      leftovers.push(...part.leftovers);
      firstError ??= part.firstError;
      // Known at the end only, so the last part alone has them.
      last = {
        ...last,
        ...(part.openLoop && { openLoop: part.openLoop }),
        ...(part.foreign && { foreign: part.foreign }),
      };
    },
    answered: () => counts.requestsSinceStart,
    report: () => ({
      ...counts,
      requestsPerInstance: { ...requestsPerInstance },
      requestsPerSlice: [...requestsPerSlice],
      statuses: { ...statuses },
      unexpectedStatuses: { ...unexpectedStatuses },
      ...latencies.report(),
      kinds: Object.fromEntries([...kinds].map(([kind, sum]) => [kind, sum.report()])),
      firstError,
      wire: { ...wire },
      leftovers: [...leftovers],
      sending: { ...sending },
      ...last,
    }),
  };
}

interface LatencySum {
  add(part: KindReport): void;
  report(): KindReport;
}

function createLatencySum(): LatencySum {
  const histogram: Histogram = createLatencyHistogram();
  let latencySumMs = 0;
  return {
    add(part) {
      latencySumMs += part.latencySumMs;
      addEncoded(histogram, part.histogram);
    },
    report: () => ({ latencySumMs, histogram: encodeHistogram(histogram) }),
  };
}

function addTo<Key extends string>(
  sums: Record<Key, number>,
  part: Partial<Record<NoInfer<Key>, number>>,
): void {
  for (const key of Object.keys(sums) as Key[]) sums[key] += part[key] ?? 0;
}

function addCounts(sums: Record<string, number>, part: Readonly<Record<string, number>>): void {
  for (const [key, count] of Object.entries(part)) sums[key] = (sums[key] ?? 0) + count;
}
