/**
 * Counts what the connections of one shard see. Runs once per answer, so it allocates nothing.
 */
import type { Socket } from 'node:net';
import type autocannon from 'autocannon';
import { monotonicClock } from '../measure/clock.js';
import { createLatencyHistogram, encodeHistogram } from '../measure/histogram.js';
import type { ShardOrder, ShardReport } from './messages.js';

const INSTANCE = Symbol('instance');
/** `conn` is autocannon's socket; its types do not name it. */
type Client = autocannon.Client & { [INSTANCE]?: number; conn?: Socket };

export interface Recorder {
  nowMs(): number;
  adopt(client: autocannon.Client, instance: number): void;
  onResponse(client: autocannon.Client, status: number, bytes: number, durationMs: number): void;
  onError(error: Error): void;
  /** To be called near the start and near the end of the window. */
  markEdge(): void;
  report(leftovers: ShardReport['leftovers']): ShardReport;
}

export function createRecorder(order: ShardOrder, expected: readonly number[]): Recorder {
  const { windowFromMs, windowToMs, slices } = order;
  const nowMs = monotonicClock();
  const sliceMs = (windowToMs - windowFromMs) / slices;
  const histogram = createLatencyHistogram();
  const clients: Client[] = [];
  const statuses = new Map<number, number>();
  const unexpected = new Map<number, number>();
  const perInstance = new Map<number, number>();
  const perSlice = new Array<number>(slices).fill(0);
  const edges: { sentBytes: number; receivedBytes: number; responses: number }[] = [];
  let requests = 0;
  let requestsSinceStart = 0;
  let latencySumMs = 0;
  let errors = 0;
  let timeouts = 0;
  let firstError: string | null = null;

  return {
    nowMs,
    adopt(client, instance) {
      (client as Client)[INSTANCE] = instance;
      clients.push(client as Client);
    },
    onResponse(client, status, _bytes, durationMs) {
      requestsSinceStart++;
      if (!expected.includes(status)) increment(unexpected, status);
      const atMs = nowMs();
      if (atMs < windowFromMs || atMs >= windowToMs) return;
      requests++;
      latencySumMs += durationMs;
      histogram.recordValue(Math.max(1, Math.round(durationMs * 1000)));
      increment(statuses, status);
      increment(perInstance, (client as Client)[INSTANCE] ?? 0);
      const slice = Math.floor((atMs - windowFromMs) / sliceMs);
      perSlice[slice] = (perSlice[slice] ?? 0) + 1;
    },
    onError(error) {
      errors++;
      if (error.message === 'request timed out') timeouts++;
      firstError ??= error.message;
    },
    markEdge() {
      edges.push({
        sentBytes: sum(clients, (client) => client.conn?.bytesWritten ?? 0),
        receivedBytes: sum(clients, (client) => client.conn?.bytesRead ?? 0),
        responses: requestsSinceStart,
      });
    },
    report: (leftovers) => ({
      requests,
      requestsPerInstance: Object.fromEntries(perInstance),
      requestsPerSlice: perSlice,
      statuses: Object.fromEntries(statuses),
      unexpectedStatuses: Object.fromEntries(unexpected),
      requestsSinceStart,
      latencySumMs,
      histogram: encodeHistogram(histogram),
      errors,
      firstError,
      timeouts,
      wire: between(edges[0], edges[1]),
      leftovers,
    }),
  };
}

export function increment(counts: Map<number, number>, key: number): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

type Edge = ShardReport['wire'];

/** Nothing when the load ended before its window did. */
export function between(first: Edge | undefined, last: Edge | undefined): Edge {
  if (!first || !last) return { sentBytes: 0, receivedBytes: 0, responses: 0 };
  return {
    sentBytes: last.sentBytes - first.sentBytes,
    receivedBytes: last.receivedBytes - first.receivedBytes,
    responses: last.responses - first.responses,
  };
}
