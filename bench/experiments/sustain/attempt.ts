/** One attempt at one rate: a trial of the open loop, judged by the objective. */
import { openLoop } from '../../load/open-loop/open-loop.js';
import { LabError } from '../../model/errors.js';
import type { PlannedTrial } from '../../model/planned-trials.js';
import type { Objective, SustainedAttempt } from '../../model/result-schema.js';
import type { Block } from '../../trial/block.js';
import { lateAfterMs, outcomeOf } from './outcome.js';

/** Users do not agree on when to come. */
const ARRIVALS = 'poisson';

export interface AttemptOrder {
  phase: SustainedAttempt['phase'];
  rateRps: number;
  seconds: number;
  /** Load at this rate before the window. */
  warmUpSeconds: number;
}

/**
 * @param block of one variant
 * @throws LabError INSTANCE_LOST when a process of the service ended, or what made a step fail; the signal's
 *   reason when the run is cancelled
 */
export async function attemptRate(
  block: Block,
  { round }: PlannedTrial,
  order: AttemptOrder,
  objective: Objective,
): Promise<SustainedAttempt> {
  const { phase, rateRps, seconds } = order;
  const mode = openLoop({ arrivals: ARRIVALS, rateRps, lateAfterMs: lateAfterMs(objective) });
  const [judged] = await block.measureAndGoOn(mode, {
    turns: 1,
    windows: 1,
    windowMs: seconds * 1000,
    leadMs: order.warmUpSeconds * 1000,
  });
  block.assertSound();
  if (!judged) throw new Error('a block without a variant');
  const { trial, failedRequests } = judged;
  const lost = trial.invalidReasons.find(({ code }) => code === 'instance-lost');
  if (lost) throw new LabError('INSTANCE_LOST', `${lost.message} at ${rateRps} requests/s.`);
  const { outcome, reasons } = outcomeOf(trial, objective, failedRequests);
  const { planned = 0, late = 0, inFlightAtEnd = 0 } = trial.openLoop ?? {};
  return {
    phase,
    round: phase === 'search' ? 0 : round,
    startedAt: trial.startedAt,
    seconds,
    offeredRps: rateRps,
    answeredRps: trial.throughputRps,
    latencyMs: trial.latencyMs,
    errors: failedRequests,
    lateShare: late / Math.max(1, planned),
    inFlightAtEnd,
    cpuMicrosecondsPerRequest: trial.cpuMicrosecondsPerRequest,
    outcome,
    reasons,
    valid: outcome !== 'invalid',
  };
}
