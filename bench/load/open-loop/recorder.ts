/**
 * Counts what one open-loop sender plans, sends and sees. Latencies are those of the requests planned
 * inside the window, taken from the plan; throughput is what was answered inside it.
 */
import type { Histogram } from 'hdr-histogram-js';
import {
  createLatencyHistogram,
  encodeHistogram,
  LONGEST_MICROSECONDS,
} from '../../statistics/latency-histogram.js';
import { increment } from '../closed-loop/recorder.js';
import { createKindLatencies } from '../kind-latencies.js';
import type { WorkerOrder, WorkerReport } from '../messages.js';
import type { OfferedLoad } from './arrivals.js';

/** Unless the offered load says otherwise. */
const LATE_AFTER_MS = 1;

/** One planned request, by its place in the plan. */
export interface OpenLoopRecorder {
  /** The sender got to it. */
  onNoticed(index: number, atMs: number): void;
  onSent(index: number): void;
  onAnswer(index: number, atMs: number, status: number, instance: number, kind?: string): void;
  onFailure(index: number, atMs: number, error: Error, timedOut: boolean): void;
  /** To be called near the start and near the end of the window, with all bytes so far. */
  markEdge(bytes: { sent: number; received: number }): void;
  /** Planned inside the window and noticed, but neither answered nor failed. */
  unanswered(): number;
  /** What was answered since the last part, while the load goes on. */
  part(): WorkerReport;
  /** The rest, and what is known at the end only. */
  report(endedMs: number, leftovers: WorkerReport['leftovers']): WorkerReport;
}

export function createOpenLoopRecorder(
  order: Omit<WorkerOrder, 'connections'>,
  offered: OfferedLoad,
  plannedMs: readonly number[],
  expected: readonly number[],
): OpenLoopRecorder {
  const { windowFromMs, windowToMs, slices } = order;
  const lateAfterMs = offered.lateAfterMs ?? LATE_AFTER_MS;
  const windowMs = windowToMs - windowFromMs;
  const latency = createLatencyHistogram();
  const lateness = createLatencyHistogram();
  const kinds = createKindLatencies();
  const noticedMs = new Float64Array(plannedMs.length);
  const settled = new Uint8Array(plannedMs.length);
  const statuses = new Map<number, number>();
  const unexpected = new Map<number, number>();
  const perInstance = new Map<number, number>();
  const perSlice = new Array<number>(slices).fill(0);
  const edges: WorkerReport['wire'][] = [];
  const counts = { requests: 0, sinceStart: 0, sent: 0, late: 0, noticed: 0, settled: 0 };
  const failures = { errors: 0, timeouts: 0, first: null as string | null };
  const inSystem = { now: 0, sinceMs: windowFromMs, areaMs: 0, stayedMs: 0 };
  let latencySumMs = 0;

  const planned = (index: number) => plannedMs[index] as number;
  const inWindow = (atMs: number) => atMs >= windowFromMs && atMs < windowToMs;
  const clamp = (atMs: number) => Math.min(windowToMs, Math.max(windowFromMs, atMs));
  const changeInSystem = (by: number, atMs: number) => {
    inSystem.areaMs += inSystem.now * Math.max(0, clamp(atMs) - inSystem.sinceMs);
    inSystem.sinceMs = clamp(atMs);
    inSystem.now += by;
  };
  const leaveSystem = (index: number, atMs: number) => {
    changeInSystem(-1, atMs);
    settled[index] = 1;
    inSystem.stayedMs += clamp(atMs) - clamp(noticedMs[index] as number);
    if (inWindow(planned(index))) counts.settled++;
  };
  const recordLatency = (durationMs: number) => {
    latencySumMs += durationMs;
    record(latency, durationMs);
  };
  let toldSinceStart = 0;
  const takePart = (): WorkerReport => {
    const told: WorkerReport = {
      requests: counts.requests,
      requestsPerInstance: Object.fromEntries(perInstance),
      requestsPerSlice: [...perSlice],
      statuses: Object.fromEntries(statuses),
      unexpectedStatuses: Object.fromEntries(unexpected),
      requestsSinceStart: counts.sinceStart - toldSinceStart,
      latencySumMs,
      histogram: encodeHistogram(latency),
      kinds: kinds.report(),
      errors: failures.errors,
      firstError: failures.first,
      timeouts: failures.timeouts,
      wire: { sentBytes: 0, receivedBytes: 0, responses: 0 },
      leftovers: [],
    };
    toldSinceStart = counts.sinceStart;
    counts.requests = latencySumMs = failures.errors = failures.timeouts = 0;
    failures.first = null;
    for (const each of [perInstance, statuses, unexpected]) each.clear();
    perSlice.fill(0);
    latency.reset();
    return told;
  };

  return {
    onNoticed(index, atMs) {
      noticedMs[index] = atMs;
      changeInSystem(1, atMs);
      if (!inWindow(planned(index))) return;
      const lateMs = atMs - planned(index);
      counts.noticed++;
      if (lateMs > lateAfterMs) counts.late++;
      record(lateness, lateMs);
    },
    onSent(index) {
      if (inWindow(planned(index))) counts.sent++;
    },
    onAnswer(index, atMs, status, instance, kind) {
      leaveSystem(index, atMs);
      counts.sinceStart++;
      if (!expected.includes(status)) increment(unexpected, status);
      if (inWindow(planned(index))) {
        recordLatency(atMs - planned(index));
        kinds.record(kind, atMs - planned(index));
      }
      if (!inWindow(atMs)) return;
      counts.requests++;
      increment(statuses, status);
      increment(perInstance, instance);
      const slice = Math.floor(((atMs - windowFromMs) / windowMs) * slices);
      perSlice[slice] = (perSlice[slice] ?? 0) + 1;
    },
    onFailure(index, atMs, error, timedOut) {
      leaveSystem(index, atMs);
      failures.errors++;
      if (timedOut) failures.timeouts++;
      failures.first ??= error.message;
    },
    markEdge({ sent, received }) {
      edges.push({ sentBytes: sent, receivedBytes: received, responses: counts.sinceStart });
    },
    unanswered: () => counts.noticed - counts.settled,
    part: takePart,
    report(endedMs, leftovers) {
      changeInSystem(0, windowToMs);
      let plannedInWindow = 0;
      for (const [index, atMs] of plannedMs.entries()) {
        if (atMs > endedMs) break;
        const noticed = noticedMs[index] as number;
        if (noticed > 0 && !settled[index]) {
          inSystem.stayedMs += windowToMs - clamp(noticed);
        }
        if (!inWindow(atMs)) continue;
        plannedInWindow++;
        // As late as the end of the trial, or later: left out, it would flatter the server.
        if (!settled[index]) recordLatency(endedMs - atMs);
      }
      return {
        ...takePart(),
        wire: between(edges[0], edges[1]),
        leftovers,
        openLoop: {
          offered,
          planned: plannedInWindow,
          sent: counts.sent,
          late: counts.late,
          lateAfterMs,
          inFlightAtEnd: plannedInWindow - counts.settled,
          lateness: encodeHistogram(lateness),
          meanInSystem: inSystem.areaMs / windowMs,
          meanInSystemByLatency: inSystem.stayedMs / windowMs,
        },
      };
    },
  };
}

function record(histogram: Histogram, durationMs: number): void {
  histogram.recordValue(Math.min(LONGEST_MICROSECONDS, Math.max(1, Math.round(durationMs * 1000))));
}

type Edge = WorkerReport['wire'];

/** Nothing when the load ended before its window did. */
function between(first: Edge | undefined, last: Edge | undefined): Edge {
  if (!first || !last) return { sentBytes: 0, receivedBytes: 0, responses: 0 };
  return {
    sentBytes: last.sentBytes - first.sentBytes,
    receivedBytes: last.receivedBytes - first.receivedBytes,
    responses: last.responses - first.responses,
  };
}
