/** Whether a trial met the objective, missed it, or says nothing of the service. Pure. */
import type { Objective, Trial } from '../../model/result-schema.js';
import { breachesOf } from './breaches.js';
import type { Outcome } from './search.js';

/** The sender could not keep up: perhaps why a trial missed, whatever the service can do. */
const OF_THE_SENDER = new Set(['load-generator-limit', 'sender-late']);
/** Counts contradict each other: no reading of them is to be trusted. */
const OF_THE_COUNTS = new Set(['plan-not-sent', 'counts-differ', 'littles-law']);

/** A sender's delay of more than this share of the tightest limit may decide about the objective. */
const LATE_SHARE_OF_LIMIT = 0.1;
const LEAST_LATE_MS = 1;

/** From when on a sender is late, in milliseconds: what does not show in the objective does no harm. */
export function lateAfterMs({ latency }: Objective): number {
  const limits = latency.map(({ limitMs }) => limitMs);
  return Math.max(LEAST_LATE_MS, LATE_SHARE_OF_LIMIT * Math.min(...limits));
}

export interface Judged {
  outcome: Outcome;
  reasons: string[];
}

/**
 * Failed requests are what the objective speaks of, so they alone make no trial invalid. A trial that
 * misses is not expected to be steady: beyond its limit a service need not be. And one that meets the
 * objective though its sender was late would have met it without: latency counts from the plan, and
 * requests that reach a queue earlier leave it no later. Nor do they leave it earlier by more than the
 * longest delay of the sender: so one that misses by more than that would have missed without, too.
 *
 * @param failed errors and unexpected answers
 */
export function outcomeOf(trial: Trial, objective: Objective, failed: number): Judged {
  const against = trial.invalidReasons.filter(({ code }) => code !== 'unexpected-answers');
  const breaches = breachesOf(objective, trial, failed);
  const missed = breaches.length > 0;
  const latestMs = trial.openLoop?.latestMs ?? Number.POSITIVE_INFINITY;
  const missedAnyway = breachesOf(objective, trial, failed, latestMs).length > 0;
  const spoiled = against.filter(({ code }) => {
    if (!missed) return !OF_THE_SENDER.has(code);
    return OF_THE_COUNTS.has(code) || (OF_THE_SENDER.has(code) && !missedAnyway);
  });
  if (spoiled.length > 0) {
    return { outcome: 'invalid', reasons: spoiled.map(({ message }) => message) };
  }
  return { outcome: missed ? 'missed' : 'met', reasons: breaches };
}
