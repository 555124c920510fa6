/**
 * Counts what the connections of one variant see in one worker. Runs once per answer, so it allocates
 * nothing.
 */
import type autocannon from 'autocannon';
import { createLatencyHistogram, encodeHistogram } from '../../statistics/latency-histogram.js';
import { monotonicClock } from '../clock.js';
import { createKindLatencies } from '../kind-latencies.js';
import type { LoadWindow, WorkerReport } from '../messages.js';
import type { HttpConnection } from './http-connection.js';

const INSTANCE = Symbol('instance');
/** What autocannon's types do not name. */
type Client = autocannon.Client & {
  [INSTANCE]?: number;
  /** While an answer is told of, the request is still the one that it answers. */
  requestIterator?: { currentRequest?: { kind?: string } };
};

const NOTHING = { sentBytes: 0, receivedBytes: 0, responses: 0 };

type WireCount = Pick<HttpConnection, 'sentBytes' | 'receivedBytes'>;

export interface Recorder {
  nowMs(): number;
  /** Since the start, measured or not. */
  answered(): number;
  adopt(client: autocannon.Client, instance: number, connection: WireCount): void;
  onResponse(client: autocannon.Client, status: number, bytes: number, durationMs: number): void;
  onError(error: Error): void;
  /** Load goes on. */
  begin(window: LoadWindow): void;
  /** Load is over. */
  end(unanswered: number): void;
  /** What was seen since the last report. */
  report(leftovers: WorkerReport['leftovers']): WorkerReport;
}

export function createRecorder(expected: readonly number[]): Recorder {
  const nowMs = monotonicClock();
  const histogram = createLatencyHistogram();
  const kinds = createKindLatencies();
  const connections: WireCount[] = [];
  const statuses = new Map<number, number>();
  const unexpected = new Map<number, number>();
  const perInstance = new Map<number, number>();
  const perSlice: number[] = [];
  const measured = { ...NOTHING };
  let window: LoadWindow | null = null;
  let firstSlice = 0;
  let sliceMs = 0;
  let before = { ...measured };
  let requests = 0;
  let requestsSinceStart = 0;
  let reportedSinceStart = 0;
  let latencySumMs = 0;
  let errors = 0;
  let timeouts = 0;
  let firstError: string | null = null;

  const totals = () => ({
    sentBytes: sum(connections, (connection) => connection.sentBytes()),
    receivedBytes: sum(connections, (connection) => connection.receivedBytes()),
    responses: requestsSinceStart,
  });

  return {
    nowMs,
    answered: () => requestsSinceStart,
    adopt(client, instance, connection) {
      (client as Client)[INSTANCE] = instance;
      connections.push(connection);
    },
    onResponse(client, status, _bytes, durationMs) {
      requestsSinceStart++;
      if (!expected.includes(status)) increment(unexpected, status);
      if (window === null) return;
      const atMs = nowMs();
      if (atMs < window.fromMs || atMs >= window.toMs) return;
      requests++;
      latencySumMs += durationMs;
      histogram.recordValue(Math.max(1, Math.round(durationMs * 1000)));
      kinds.record((client as Client).requestIterator?.currentRequest?.kind, durationMs);
      increment(statuses, status);
      increment(perInstance, (client as Client)[INSTANCE] ?? 0);
      const slice = firstSlice + Math.floor((atMs - window.fromMs) / sliceMs);
      perSlice[slice] = (perSlice[slice] ?? 0) + 1;
    },
    onError(error) {
      errors++;
      firstError ??= error.message;
    },
    begin(next) {
      if (!next.measured) return;
      window = next;
      firstSlice = perSlice.length;
      sliceMs = (next.toMs - next.fromMs) / next.slices;
      for (let slice = 0; slice < next.slices; slice++) perSlice.push(0);
      before = totals();
    },
    end(unanswered) {
      if (unanswered > 0) {
        errors += unanswered;
        timeouts += unanswered;
        firstError ??= 'request timed out';
      }
      if (window === null) return;
      window = null;
      const after = totals();
      for (const key of ['sentBytes', 'receivedBytes', 'responses'] as const) {
        measured[key] += after[key] - before[key];
      }
    },
    report(leftovers) {
      const told: WorkerReport = {
        requests,
        requestsPerInstance: Object.fromEntries(perInstance),
        requestsPerSlice: [...perSlice],
        statuses: Object.fromEntries(statuses),
        unexpectedStatuses: Object.fromEntries(unexpected),
        requestsSinceStart: requestsSinceStart - reportedSinceStart,
        latencySumMs,
        histogram: encodeHistogram(histogram),
        kinds: kinds.report(),
        errors,
        firstError,
        timeouts,
        wire: { ...measured },
        leftovers,
      };
      reportedSinceStart = requestsSinceStart;
      requests = latencySumMs = errors = timeouts = 0;
      firstError = null;
      for (const counts of [perInstance, statuses, unexpected]) counts.clear();
      perSlice.fill(0);
      histogram.reset();
      Object.assign(measured, NOTHING);
      return told;
    },
  };
}

export function increment<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
