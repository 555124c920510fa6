/** One attempt at one rate: a trial of the open loop, judged by the objective. */

import { strategyNamed, type TrialContext } from '../compare/context.js';
import { deleteLeftovers, probeInstances, readCounters } from '../compare/instance-requests.js';
import { takeSnapshot } from '../compare/snapshot.js';
import { connectTrial, type TrialConnections } from '../compare/trial-connections.js';
import { assembleEvidence, emptyTrial } from '../compare/trial-record.js';
import { LabError } from '../errors.js';
import { workloadNamed } from '../load/workloads/registry.js';
import { monotonicClock } from '../measure/clock.js';
import { judge } from '../measure/validity.js';
import type { PlannedTrial } from '../plan.js';
import type { Objective, SustainedAttempt } from '../result/schema.js';
import { type Fleet, startFleet } from '../services/fleet.js';
import type { HeldProcess } from '../services/held-processes.js';
import { lateAfterMs, outcomeOf } from './outcome.js';
import { warmUp } from './warm-up.js';

/** A multiple of three, since steadiness compares the thirds of a window. */
const SLICES = 12;
/** Arrivals are Poisson: users do not agree on when to come. */
const ARRIVALS = 'poisson';

export interface AttemptOrder {
  phase: SustainedAttempt['phase'];
  rateRps: number;
  seconds: number;
  warmUpSeconds: number;
  seed: number;
}

export interface Bench {
  cell: PlannedTrial;
  fleet: Fleet;
  /** The instances in their order, each perhaps held to a share of a core. */
  held: readonly HeldProcess[];
  connected: TrialConnections;
}

/** Starts fresh processes for a cell, with everyone logged in, all answers checked and all code warm. */
export async function withFreshBench<Outcome>(
  cell: PlannedTrial,
  context: TrialContext,
  use: (bench: Bench) => Promise<Outcome>,
): Promise<Outcome> {
  const { config, guardian, holder, seeded, signal } = context;
  const strategy = strategyNamed(cell.strategy, context);
  const workload = workloadNamed(cell.workload);
  const fleet = await startFleet({
    strategy: strategy.name,
    instances: cell.instances,
    companions: strategy.companions,
    environment: context.serviceEnvironment,
    guardian,
  });
  const held: HeldProcess[] = [];
  const limit = (on: boolean) => {
    for (const each of [...held, holder.redis, holder.postgres]) each.limit(on);
  };
  try {
    signal.throwIfAborted();
    const connected = await connectTrial({
      strategy,
      workload,
      config,
      seeded,
      credentials: context.credentials.get(strategy.name) ?? [],
      origins: fleet.instances.map(({ origin }) => origin),
      signal,
    });
    await probeInstances(workload, fleet, connected.probes, seeded.posts, context.probes);
    held.push(...fleet.instances.map(({ number, pid }) => holder.holdInstance(number, pid)));
    const bench = { cell, fleet, held, connected };
    await warmUp(bench, context);
    limit(true);
    return await use(bench);
  } finally {
    limit(false);
    for (const instance of held) instance.release();
    await fleet.stop();
  }
}

/**
 * @throws LabError INSTANCE_LOST when a process of the service ended; the signal's reason when the run is
 *   cancelled
 */
export async function attemptRate(
  { cell, fleet, held, connected }: Bench,
  order: AttemptOrder,
  objective: Objective,
  context: TrialContext,
): Promise<SustainedAttempt> {
  const { config, seeded, signal } = context;
  const { seconds, warmUpSeconds } = order;
  const generator = await context.loadGenerator();
  const abort = () => generator.abort();
  signal.addEventListener('abort', abort, { once: true });
  fleet.onLost(abort);
  try {
    const blank = {
      ...emptyTrial(cell, 0, workloadNamed(cell.workload), { ...config, seconds }),
      warmUpSeconds,
    };
    const processes = { ...context.holder, instances: held };
    const countersBefore = await readCounters(fleet);
    const nowMs = monotonicClock();
    const windowFromMs = nowMs() + warmUpSeconds * 1000;
    const windowToMs = windowFromMs + seconds * 1000;
    const startedAt = new Date().toISOString();
    const reporting = generator.run(
      {
        workload: cell.workload,
        posts: seeded.posts,
        seed: order.seed,
        windowFromMs,
        windowToMs,
        slices: SLICES,
        offered: {
          arrivals: ARRIVALS,
          rateRps: order.rateRps,
          lateAfterMs: lateAfterMs(objective),
        },
      },
      connected.connections,
    );
    // A shard that fails early is heard below; until then its rejection must not go unhandled.
    reporting.catch(() => {});
    const snapshot = (edge: 'from' | 'to') =>
      takeSnapshot(edge, context.sources, fleet, generator.pids, processes, nowMs);
    const from = await after(windowFromMs, nowMs, reporting).then(() => snapshot('from'));
    const to = await after(windowToMs, nowMs, reporting).then(() => snapshot('to'));
    const reports = await reporting;
    signal.throwIfAborted();
    const lost = fleet.lost();
    if (lost) throw new LabError('INSTANCE_LOST', `${lost} at ${order.rateRps} requests/s.`);
    const countersAfter = await readCounters(fleet);
    await deleteLeftovers(reports, connected.connections, generator.pids.length);
    const evidence = assembleEvidence({
      blank: { ...blank, startedAt },
      fleet,
      spans: [{ from, to }],
      windows: [{ seconds, reports }],
      readings: 'under-load',
      limits: config.cpuLimits,
      inFlightLimit: blank.connections,
      serverRequests:
        countersBefore === null || countersAfter === null ? null : countersAfter - countersBefore,
      interruption: null,
    });
    const trial = judge(evidence);
    const unexpected = Object.values(evidence.unexpectedStatuses);
    const failed = unexpected.reduce((sum, times) => sum + times, trial.errors);
    const { outcome, reasons } = outcomeOf(trial, objective, failed);
    const { planned, late, inFlightAtEnd } = trial.openLoop ?? {
      planned: 0,
      late: 0,
      inFlightAtEnd: 0,
    };
    return {
      phase: order.phase,
      round: order.phase === 'search' ? 0 : cell.round,
      startedAt,
      seconds,
      offeredRps: order.rateRps,
      answeredRps: trial.throughputRps,
      latencyMs: trial.latencyMs,
      errors: failed,
      lateShare: late / Math.max(1, planned),
      inFlightAtEnd,
      cpuMicrosecondsPerRequest: trial.cpuMicrosecondsPerRequest,
      outcome,
      reasons,
      valid: outcome !== 'invalid',
    };
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** Resolves at the moment, or earlier when the load has ended before it. */
function after(atMs: number, nowMs: () => number, reporting: Promise<unknown>): Promise<unknown> {
  const moment = new Promise((resolve) => setTimeout(resolve, Math.max(0, atMs - nowMs())));
  return Promise.race([moment, reporting]);
}
