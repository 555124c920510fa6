/**
 * The connections of one variant in one worker: a closed loop by autocannon that can be held. Held
 * connections stay open and send nothing, so that another variant can be measured in between.
 *
 * We take from autocannon what is sound (its connections and its parser) and count ourselves what
 * it does not: latency in microseconds, answers by instance and by slice, bytes on the wire. Its own
 * latency figures, and with them its correction for coordinated omission (which it accepts only when
 * a rate is given), are not used.
 */
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import autocannon from 'autocannon';
import { seededRandom } from '../../model/random.js';
import type { ForeignReport, LoadWindow, LoopOrder, WorkerReport } from '../messages.js';
import type { RequestLoop, WorkloadRequest } from '../workload.js';
import { workloadNamed } from '../workloads/registry.js';
import { type HttpClient, type HttpConnection, speakHttp } from './http-connection.js';
import { createRecorder } from './recorder.js';

const REQUEST_TIMEOUT_MS = 10_000;
/** autocannon's own patience runs on while a connection is held, so it must not end. */
const NEVER_SECONDS = 24 * 3600;
/** How often autocannon looks whether its connections are gone; a second unless told. */
const AUTOCANNON_TICK_MS = 100;
/** Enough for one lost packet of a far server, and then some. */
const CONNECT_PATIENCE_MS = 5000;
const CONNECT_LOOK_MS = 10;

export interface HeldLoop {
  /**
   * Sends until the moment given; resolves when every request is answered, or given up after 10 s.
   * @returns how many were answered
   */
  load(window: LoadWindow): Promise<number>;
  /** Resolves when all connections are open, or after a while: a server that takes none is found by the load. */
  connected(): Promise<void>;
  /** What was seen since the last report. */
  report(): WorkerReport;
  /** Ends a load that is going on: load() resolves without waiting for answers. */
  endLoad(): void;
  /** Closes the connections. @returns what was seen since the last report */
  close(): WorkerReport;
}

/** @param onFailed autocannon ended although nobody asked it to */
export function openHeldLoop(order: LoopOrder, onFailed: (why: string) => void): HeldLoop {
  const workload = workloadNamed(order.workload);
  const loops: RequestLoop[] = order.connections.map((connection, index) =>
    workload.loopFor({
      connection,
      posts: order.posts,
      random: seededRandom(order.seed + index),
    }),
  );
  const recorder = createRecorder(workload.expectedStatuses);
  const gate = createGate();
  const clients: HttpClient[] = [];
  const connections: HttpConnection[] = [];
  let closed = false;
  const options: autocannon.Options & { sampleInt: number } = {
    // One address a connection; the published types know a single one only.
    url: order.connections.map((connection) => connection.origin) as unknown as string,
    connections: order.connections.length,
    duration: NEVER_SECONDS,
    timeout: workload.anyServer ? REQUEST_TIMEOUT_MS / 1000 : NEVER_SECONDS,
    sampleInt: AUTOCANNON_TICK_MS,
    setupClient(given) {
      const client = given as HttpClient;
      const index = clients.length;
      clients.push(client);
      const connection = speakHttp(client, { resends: workload.anyServer === true });
      connections.push(connection);
      recorder.adopt(client, order.connections[index]?.instance ?? 0, connection);
      // One call per client costs nothing at run time; setHeaders would change one request only.
      client.setRequests((loops[index] as RequestLoop).requests.map(toAutocannon));
      gate.guard(client);
    },
  };
  const run = autocannon(options, (error: Error | null) => {
    if (!closed) onFailed(error?.message ?? 'autocannon stopped by itself');
  });
  run.on('response', recorder.onResponse);
  run.on('reqError', recorder.onError);

  const sending = { activeMs: 0, idleMs: 0, lateStarts: 0 };

  return {
    async connected() {
      const giveUpMs = recorder.nowMs() + CONNECT_PATIENCE_MS;
      while (!connections.every((connection) => connection.isOpen())) {
        if (recorder.nowMs() > giveUpMs || closed) return;
        await delay(CONNECT_LOOK_MS);
      }
    },
    async load(window) {
      const before = recorder.answered();
      recorder.begin(window);
      await gate.openIn((window.startMs ?? 0) - recorder.nowMs());
      if (window.measured && recorder.nowMs() > window.fromMs) sending.lateStarts++;
      const since = performance.eventLoopUtilization();
      await gate.closeAt(window.untilMs - recorder.nowMs());
      const { active, idle } = performance.eventLoopUtilization(since);
      sending.activeMs += active;
      sending.idleMs += idle;
      recorder.end(await gate.drained(REQUEST_TIMEOUT_MS));
      return recorder.answered() - before;
    },
    report: () => ({ ...recorder.report([]), ...takeSending() }),
    endLoad: gate.giveUp,
    close() {
      closed = true;
      gate.giveUp();
      recorder.end(0);
      const foreign = workload.anyServer && { foreign: describeForeign(connections) };
      for (const client of clients) client.destroy();
      const leftovers = loops.flatMap((loop, connection) => {
        const path = loop.leftover?.() ?? null;
        return path ? [{ path, connection }] : [];
      });
      return { ...recorder.report(leftovers), ...takeSending(), ...foreign };
    },
  };

  function takeSending(): Pick<WorkerReport, 'sending'> {
    const told = { ...sending };
    sending.activeMs = sending.idleMs = sending.lateStarts = 0;
    return { sending: told };
  }
}

/** Lets requests pass or keeps them; closed at first. A connection has one request at a time. */
function createGate() {
  /** Connections that would send now, each by its own way to do so. */
  const waiting = new Map<HttpClient, () => void>();
  let guarded = 0;
  let isOpen = false;
  let onWaiting: (() => void) | null = null;
  let wake: (() => void) | null = null;
  let givenUp = false;

  return {
    guard(client: HttpClient): void {
      guarded++;
      const send = client._doRequest.bind(client);
      client._doRequest = () => {
        if (isOpen) return send();
        waiting.set(client, send);
        if (waiting.size === guarded) onWaiting?.();
      };
    },
    /** Whoever gives up meanwhile keeps it closed. */
    async openIn(inMs: number): Promise<void> {
      givenUp = false;
      if (inMs > 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
          setTimeout(resolve, inMs);
        });
      }
      if (givenUp) return;
      isOpen = true;
      const sends = [...waiting.values()];
      waiting.clear();
      for (const send of sends) send();
    },
    async closeAt(inMs: number): Promise<void> {
      if (!givenUp) {
        await new Promise<void>((resolve) => {
          wake = resolve;
          setTimeout(resolve, Math.max(0, inMs));
        });
      }
      isOpen = false;
    },
    /** @returns how many requests were given up; none when the load was ended on purpose */
    async drained(withinMs: number): Promise<number> {
      if (waiting.size < guarded && !givenUp) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, withinMs);
          onWaiting = wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      onWaiting = wake = null;
      return givenUp ? 0 : guarded - waiting.size;
    },
    giveUp(): void {
      givenUp = true;
      isOpen = false;
      wake?.();
    },
  };
}

function describeForeign(connections: readonly HttpConnection[]): ForeignReport {
  const interim: Record<number, number> = {};
  for (const { seen } of connections) {
    for (const [status, count] of Object.entries(seen.interim)) {
      interim[Number(status)] = (interim[Number(status)] ?? 0) + count;
    }
  }
  return {
    announcedCloses: connections.reduce((sum, { seen }) => sum + seen.announcedCloses, 0),
    silentCloses: connections.reduce((sum, { seen }) => sum + seen.silentCloses, 0),
    interim,
    waitsMs: connections.flatMap((connection) => connection.waitedMs() ?? []),
  };
}

function toAutocannon(request: WorkloadRequest): autocannon.Request {
  const { latePath, lateHeaders, onResponse, ...rest } = request;
  return {
    ...rest,
    ...((latePath || lateHeaders) && {
      setupRequest: (known: autocannon.Request) => ({
        ...known,
        path: latePath?.() ?? rest.path,
        headers: { ...rest.headers, ...lateHeaders?.() },
      }),
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
