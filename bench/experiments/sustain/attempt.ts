/** One attempt at one rate: a trial of the open loop, judged by the objective. */

import { monotonicClock } from '../../load/clock.js';
import { workloadNamed } from '../../load/workloads/registry.js';
import { takeSnapshot } from '../../measure/snapshot.js';
import { judge } from '../../measure/validity.js';
import { databaseOf } from '../../model/databases.js';
import { LabError } from '../../model/errors.js';
import type { PlannedTrial } from '../../model/planned-trials.js';
import type { Objective, SustainedAttempt } from '../../model/result-schema.js';
import type { TrialContext } from '../../trial/context.js';
import { countedTogether, deleteLeftovers, readCounters } from '../../trial/instance-requests.js';
import { loadByPlan } from '../../trial/load-by-plan.js';
import { connectUsers, type StartedTrial, startTrial } from '../../trial/start-trial.js';
import type { TrialConnections } from '../../trial/trial-connections.js';
import { assembleEvidence, emptyTrial } from '../../trial/trial-record.js';
import { lateAfterMs, outcomeOf } from './outcome.js';
import { warmUp } from './warm-up.js';

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
  planned: PlannedTrial;
  started: StartedTrial;
  connected: TrialConnections;
}

/** Starts fresh processes for a condition, with everyone logged in, all answers checked and all code warm. */
export async function withFreshBench<Outcome>(
  planned: PlannedTrial,
  context: TrialContext,
  use: (bench: Bench) => Promise<Outcome>,
): Promise<Outcome> {
  const { holder, signal } = context;
  const started = await startTrial(planned, context);
  const limit = (on: boolean) => {
    for (const each of [...started.held, holder.redis, holder.database]) each.limit(on);
  };
  try {
    signal.throwIfAborted();
    const connected = await connectUsers(planned, started, context);
    const bench = { planned, started, connected };
    await warmUp(bench, context);
    limit(true);
    return await use(bench);
  } finally {
    limit(false);
    await started.stop();
  }
}

/**
 * @throws LabError INSTANCE_LOST when a process of the service ended; the signal's reason when the run is
 *   cancelled
 */
export async function attemptRate(
  { planned, started: { fleet, held }, connected }: Bench,
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
      ...emptyTrial(planned, 0, workloadNamed(planned.workload), { ...config, seconds }),
      warmUpSeconds,
    };
    const processes = { ...context.holder, instances: held };
    const countersBefore = await readCounters(fleet);
    const nowMs = monotonicClock();
    const startedAt = new Date().toISOString();
    const { reports, span } = await loadByPlan({
      generator,
      order: {
        workload: planned.workload,
        posts: seeded.posts,
        offered: {
          arrivals: ARRIVALS,
          rateRps: order.rateRps,
          lateAfterMs: lateAfterMs(objective),
        },
      },
      seed: order.seed,
      connections: connected.connections,
      leadMs: warmUpSeconds * 1000,
      windowMs: seconds * 1000,
      nowMs,
      snapshot: (edge) =>
        takeSnapshot(edge, context.sources, fleet, generator.pids, processes, nowMs),
    });
    signal.throwIfAborted();
    const lost = fleet.lost();
    if (lost) throw new LabError('INSTANCE_LOST', `${lost} at ${order.rateRps} requests/s.`);
    const countersAfter = await readCounters(fleet);
    await deleteLeftovers(reports, connected.connections, generator.pids.length);
    const evidence = assembleEvidence({
      blank: { ...blank, startedAt },
      fleet,
      spans: [span],
      windows: [{ seconds, reports }],
      readings: 'under-load',
      limits: config.cpuLimits,
      database: databaseOf(config),
      inFlightLimit: blank.connections,
      serverRequests: countedTogether(countersBefore, countersAfter),
      interruption: null,
    });
    const trial = judge(evidence);
    const unexpected = Object.values(evidence.unexpectedStatuses);
    const failed = unexpected.reduce((sum, times) => sum + times, trial.errors);
    const { outcome, reasons } = outcomeOf(trial, objective, failed);
    const { openLoop } = trial;
    return {
      phase: order.phase,
      round: order.phase === 'search' ? 0 : planned.round,
      startedAt,
      seconds,
      offeredRps: order.rateRps,
      answeredRps: trial.throughputRps,
      latencyMs: trial.latencyMs,
      errors: failed,
      lateShare: (openLoop?.late ?? 0) / Math.max(1, openLoop?.planned ?? 0),
      inFlightAtEnd: openLoop?.inFlightAtEnd ?? 0,
      cpuMicrosecondsPerRequest: trial.cpuMicrosecondsPerRequest,
      outcome,
      reasons,
      valid: outcome !== 'invalid',
    };
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
