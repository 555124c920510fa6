/**
 * Entry of one load-generating process: a single-threaded autocannon in a closed loop. It serves one
 * trial after the other, so that its code is compiled when it matters (docs/decisions/006).
 *
 * We take from autocannon what is sound (its connections and its parser) and count ourselves what
 * it does not: latency in microseconds, answers by instance and by slice, bytes on the wire. Its own
 * latency figures, and with them its correction for coordinated omission (which it accepts only when
 * a rate is given), are not used.
 */
import autocannon from 'autocannon';
import { seededRandom } from '../random.js';
import type { FromShard, ShardOrder, ToShard } from './messages.js';
import { createRecorder } from './recorder.js';
import type { RequestLoop, WorkloadRequest } from './workload.js';
import { workloadNamed } from './workloads/registry.js';

/** After the window: load goes on while the lab reads the CPU time of every process. */
const TAIL_MS = 40;
const REQUEST_TIMEOUT_SECONDS = 10;

/** How often autocannon looks whether its connections are gone; a second unless told. */
const AUTOCANNON_TICK_MS = 100;

let endEarly: (() => void) | undefined;

process.on('message', (message: ToShard) => {
  if (message.type === 'abort') endEarly?.();
  else {
    try {
      endEarly = applyLoad(message.order);
    } catch (error) {
      send({ type: 'failed', message: String(error) });
    }
  }
});
// The lab is gone: there is nobody to report to.
process.on('disconnect', () => process.exit(1));
send({ type: 'ready' });

/** Starts the load; the returned function ends it early and reports what there is. */
function applyLoad(order: ShardOrder): () => void {
  const workload = workloadNamed(order.workload);
  const loops: RequestLoop[] = order.connections.map((connection, index) =>
    workload.loopFor({
      connection,
      posts: order.posts,
      random: seededRandom(order.seed + index),
    }),
  );
  const recorder = createRecorder(order, workload.expectedStatuses);
  const clients: Destroyable[] = [];
  const options: autocannon.Options & { sampleInt: number } = {
    // One address a connection; the published types know a single one only.
    url: order.connections.map((connection) => connection.origin) as unknown as string,
    connections: order.connections.length,
    duration: (order.windowToMs - recorder.nowMs()) / 1000 + 60,
    timeout: REQUEST_TIMEOUT_SECONDS,
    sampleInt: AUTOCANNON_TICK_MS,
    setupClient(client) {
      const index = clients.length;
      clients.push(client as unknown as Destroyable);
      recorder.adopt(client, order.connections[index]?.instance ?? 0);
      // One call per client costs nothing at run time; setHeaders would change one request only.
      client.setRequests((loops[index] as RequestLoop).requests.map(toAutocannon));
    },
  };
  let ended = false;
  const run = autocannon(options, (error: Error | null) => {
    if (!ended) send({ type: 'failed', message: error?.message ?? 'autocannon stopped by itself' });
  });
  run.on('response', recorder.onResponse);
  run.on('reqError', recorder.onError);

  const edges = [order.windowFromMs, order.windowToMs].map((edgeMs) =>
    setTimeout(recorder.markEdge, Math.max(0, edgeMs - recorder.nowMs())),
  );
  const end = () => {
    if (ended) return;
    ended = true;
    for (const timer of [...edges, endTimer]) clearTimeout(timer);
    for (const client of clients) client.destroy();
    const leftovers = loops.flatMap((loop, connection) => {
      const path = loop.leftover?.() ?? null;
      return path ? [{ path, connection }] : [];
    });
    send({ type: 'report', report: recorder.report(leftovers) });
  };
  const endTimer = setTimeout(end, order.windowToMs - recorder.nowMs() + TAIL_MS);
  return end;
}

/** Closes a connection at once; autocannon's own stop waits for its next tick. Not in its types. */
interface Destroyable {
  destroy(): void;
}

function toAutocannon(request: WorkloadRequest): autocannon.Request {
  const { latePath, onResponse, ...rest } = request;
  return {
    ...rest,
    ...(latePath && {
      setupRequest: (known: autocannon.Request) => ({ ...known, path: latePath() }),
    }),
    ...(onResponse && {
      onResponse: (status: number, _body: string, _context: object, headers?: object) =>
        onResponse(status, lowerCased(headers ?? {})),
    }),
  };
}

function lowerCased(headers: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}

function send(message: FromShard): void {
  process.send?.(message, () => {});
}
