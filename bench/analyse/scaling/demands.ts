/**
 * Service demands as measured: the CPU time that one request costs at each tier, and how much of the
 * tier's capacity that took. The utilisation law (Denning and Buzen, 1978) ties them: U = X * D.
 */

import { tiersOfTrials } from '../../model/tiers-of-run.js';
import { type Estimate, meanWithInterval } from '../../statistics/statistics.js';
import { capacityOf, limitOfTier } from './capacity.js';
import { type Series, trialsWith } from './series.js';

/** One tier at one number of instances: means over the rounds. */
export interface Demand {
  instances: number;
  /** Its id. */
  tier: string;
  microsecondsPerRequest: Estimate;
  /** Of what the tier can use, all its processes together: 1 is saturated. */
  utilisation: number | null;
  /** What one process was held to; null: not held. */
  limitCores: number | null;
  /** Of the window: the time in which it had work and had used up its share. */
  throttledShare: number | null;
}

export function demandsOf(series: Series): Demand[] {
  return series.counts.flatMap((instances) =>
    tiersOfTrials(series.trials).flatMap(({ id }) => demandOf(series, instances, id)),
  );
}

function demandOf(series: Series, instances: number, tier: string): Demand[] {
  const trials = trialsWith(series, instances);
  const measured = trials.flatMap((trial) => trial.cpuMicrosecondsPerRequest[tier] ?? []);
  if (measured.length === 0) return [];
  const capacity = capacityOf(tier, series.trials).cores;
  const processes = trials.flatMap((trial) =>
    trial.processes
      .filter(({ kind }) => kind === tier)
      .map(({ cores, throttledSeconds }) => ({
        utilisation: cores === null ? null : cores / capacity,
        throttled:
          typeof throttledSeconds === 'number'
            ? Math.min(1, throttledSeconds / (trial.loadedSeconds ?? trial.seconds))
            : null,
      })),
  );
  return [
    {
      instances,
      tier,
      microsecondsPerRequest: meanWithInterval(measured),
      utilisation: meanOrNull(processes.map(({ utilisation }) => utilisation)),
      limitCores: limitOfTier(tier, trials),
      throttledShare: meanOrNull(processes.map(({ throttled }) => throttled)),
    },
  ];
}

function meanOrNull(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length > 0 ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
}
