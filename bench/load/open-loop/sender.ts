/**
 * Sends requests at planned moments, whether or not earlier ones were answered, and measures from the
 * plan: what a request waits for a free connection is part of what its user waits.
 */

import { performance } from 'node:perf_hooks';
import { seededRandom } from '../../model/random.js';
import { monotonicClock } from '../clock.js';
import type { WorkerOrder, WorkerReport } from '../messages.js';
import { workloadNamed } from '../workloads/registry.js';
import { type OfferedLoad, planArrivals } from './arrivals.js';
import { startMetronome } from './metronome.js';
import { createOpenLoopRecorder } from './recorder.js';
import { createStation, type Station } from './station.js';

/** After the window: load goes on while the lab reads the CPU time of every process. */
const TAIL_MS = 40;
/** What was planned inside the window may be answered up to so long after it. */
const DRAIN_MS = 2000;
const DRAIN_LOOK_MS = 5;
/** Arrivals must not be those numbers that the users of a workload draw. */
const ARRIVALS_SEED = 0x5eed;

export interface OpenLoopRun {
  /** Ends the load early; the report then says what there is. */
  end(): void;
  /** What was answered since the last part. */
  part(): WorkerReport;
}

export function runOpenLoop(
  order: WorkerOrder,
  offered: OfferedLoad,
  onReport: (report: WorkerReport) => void,
): OpenLoopRun {
  const nowMs = monotonicClock();
  const workload = workloadNamed(order.workload);
  const { worker, workers } = order.place;
  const span = {
    fromMs: Math.max(nowMs(), order.startMs ?? 0),
    toMs: order.windowToMs + (order.slackMs ?? 0) + TAIL_MS,
    sender: worker,
    senders: workers,
  };
  const plannedMs = planArrivals(offered, span, seededRandom(order.seed ^ ARRIVALS_SEED));
  const recorder = createOpenLoopRecorder(order, offered, plannedMs, workload.expectedStatuses);
  const since = performance.eventLoopUtilization();
  let next = 0;
  const sendDue = () => {
    if (ended || !isDue()) return;
    while (isDue()) {
      const index = next++;
      recorder.onNoticed(index, nowMs());
      // Each instance in turn, as a load balancer deals; senders begin at different ones.
      stations[(index + worker) % stations.length]?.accept(index);
    }
    metronome.reached(next);
  };
  const isDue = () => (plannedMs[next] ?? Number.POSITIVE_INFINITY) <= nowMs();
  const instances = [...new Set(order.connections.map(({ instance }) => instance))];
  const stations: Station[] = instances.map((instance) =>
    createStation({ order, workload, instance, recorder, nowMs, onFree: sendDue }),
  );
  const metronome = startMetronome(plannedMs, sendDue);

  const markEdge = () => recorder.markEdge(sumOfBytes(stations));
  const edges = [order.windowFromMs, order.windowToMs].map((edgeMs) =>
    setTimeout(markEdge, Math.max(0, edgeMs - nowMs())),
  );
  const drain = () => {
    if (recorder.unanswered() === 0 || nowMs() > span.toMs + DRAIN_MS) end();
    else endTimer = setTimeout(drain, DRAIN_LOOK_MS);
  };
  let ended = false;
  let endTimer = setTimeout(drain, span.toMs - nowMs());
  const end = () => {
    if (ended) return;
    ended = true;
    for (const timer of [...edges, endTimer]) clearTimeout(timer);
    metronome.stop();
    for (const station of stations) station.destroy();
    const leftovers = stations.flatMap((station) => station.leftovers());
    const { active: activeMs, idle: idleMs } = performance.eventLoopUtilization(since);
    const sending = { activeMs, idleMs, lateStarts: span.fromMs > order.windowFromMs ? 1 : 0 };
    onReport({ ...recorder.report(nowMs(), leftovers), sending });
  };
  return { end, part: recorder.part };
}

function sumOfBytes(stations: readonly Station[]): { sent: number; received: number } {
  const each = stations.map((station) => station.bytes());
  return {
    sent: each.reduce((sum, { sent }) => sum + sent, 0),
    received: each.reduce((sum, { received }) => sum + received, 0),
  };
}
