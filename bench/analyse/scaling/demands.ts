/**
 * Service demands: the CPU time that one request costs at each tier, as measured, and how it changes
 * with the load.
 *
 * A shared store gets cheaper for each request as the load rises: a client sends the commands of one
 * turn of its event loop together, and a server that wakes up answers all clients that are waiting.
 * The simplest law for that is a fixed rate of work plus work for each request:
 * utilisation = fixed + perRequest * throughput, so demand = perRequest + fixed / throughput.
 */
import tQuantile from '@stdlib/stats-base-dists-t-quantile';
import { type Estimate, meanWithInterval } from '../statistics.js';
import { capacityOf, limitOfTier, TIERS, type Tier } from './capacity.js';
import { type Series, trialsWith } from './series.js';

/** One tier at one number of instances: means over the rounds. */
export interface Demand {
  instances: number;
  tier: Tier;
  microsecondsPerRequest: Estimate;
  /** Of what the tier can use, all its processes together: 1 is saturated. */
  utilisation: number | null;
  /** What one process was held to; null: not held. */
  limitCores: number | null;
  /** Of the window: the time in which it had work and had used up its share. */
  throttledShare: number | null;
}

export interface DemandModel {
  tier: Tier;
  /** Where the points are centred: mean and slope are uncorrelated there. */
  centre: { secondsPerRequest: number; microseconds: number };
  /** µs of CPU time in each second whatever the load; 0 where the demand is a constant. */
  fixedMicrosecondsPerSecond: number;
  standardErrors: { mean: number; slope: number } | null;
  degrees: number;
}

export function demandsOf(series: Series): Demand[] {
  return series.counts.flatMap((instances) =>
    TIERS.flatMap((tier) => demandOf(series, instances, tier)),
  );
}

function demandOf(series: Series, instances: number, tier: Tier): Demand[] {
  const trials = trialsWith(series, instances);
  const measured = trials.flatMap((trial) => trial.cpuMicrosecondsPerRequest[tier] ?? []);
  if (measured.length === 0) return [];
  const capacity = capacityOf(tier, series.trials).cores;
  const processes = trials.flatMap((trial) =>
    trial.processes
      .filter(({ kind }) => kind === tier)
      .map(({ cores, throttledSeconds }) => ({
        utilisation: cores === null ? null : cores / capacity,
        throttled: typeof throttledSeconds === 'number' ? throttledSeconds / trial.seconds : null,
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

/**
 * Fits the law above to the trials of a series, where the data show it: with a fixed part above 0 at
 * 95 % (t test), and something left for each request. Otherwise the demand is the mean.
 *
 * The load of a trial is the mean throughput at its number of instances. With its own throughput, a
 * slow minute of the machine (dear requests, fewer of them) would look like the law. The demand of
 * the application is always the mean: it sets the throughput, so a law between the two says nothing.
 *
 * @returns null where the tier was not measured, or costs nothing
 */
export function fitDemand(tier: Tier, series: Series): DemandModel | null {
  const points = series.counts.flatMap((instances) => {
    const trials = trialsWith(series, instances);
    const load = trials.reduce((sum, trial) => sum + 1 / trial.throughputRps, 0) / trials.length;
    return trials.flatMap((trial) => {
      const microseconds = trial.cpuMicrosecondsPerRequest[tier];
      return typeof microseconds === 'number' ? [{ x: load, y: microseconds }] : [];
    });
  });
  const n = points.length;
  const xMean = points.reduce((sum, { x }) => sum + x, 0) / n;
  const yMean = points.reduce((sum, { y }) => sum + y, 0) / n;
  if (n === 0 || yMean <= 0) return null;
  const centre = { secondsPerRequest: xMean, microseconds: yMean };
  const constant: DemandModel = {
    tier,
    centre,
    fixedMicrosecondsPerSecond: 0,
    standardErrors:
      n > 1 ? { mean: spread(points, yMean, 0, xMean, n - 1) / n ** 0.5, slope: 0 } : null,
    degrees: n - 1,
  };
  const squares = points.reduce((sum, { x }) => sum + (x - xMean) ** 2, 0);
  if (tier === 'application' || n < 4 || squares < 1e-9 * xMean ** 2) return constant;
  const slope = points.reduce((sum, { x, y }) => sum + (x - xMean) * (y - yMean), 0) / squares;
  const deviation = spread(points, yMean, slope, xMean, n - 2);
  const slopeError = deviation / Math.sqrt(squares);
  const shown = slope > slopeError * tQuantile(0.975, n - 2);
  if (!shown || yMean - slope * xMean <= 0) return constant;
  return {
    tier,
    centre,
    fixedMicrosecondsPerSecond: slope,
    standardErrors: { mean: deviation / Math.sqrt(n), slope: slopeError },
    degrees: n - 2,
  };
}

/** µs of CPU time for a request at a throughput. */
export function demandAt(model: DemandModel, throughputRps: number): number {
  const { centre, fixedMicrosecondsPerSecond } = model;
  return (
    centre.microseconds +
    fixedMicrosecondsPerSecond * (1 / throughputRps - centre.secondsPerRequest)
  );
}

/** Standard error of the demand at a throughput, over that demand; null below two trials. */
export function relativeErrorAt(model: DemandModel, throughputRps: number): number | null {
  if (!model.standardErrors) return null;
  const { mean, slope } = model.standardErrors;
  const distance = 1 / throughputRps - model.centre.secondsPerRequest;
  return Math.hypot(mean, slope * distance) / demandAt(model, throughputRps);
}

/** The throughput at which the tier has used `cores`: where fixed + perRequest * X = cores. */
export function saturationOf(model: DemandModel, cores: number): number {
  const perRequest = demandAt(model, Number.POSITIVE_INFINITY);
  return Math.max(0, cores * 1e6 - model.fixedMicrosecondsPerSecond) / perRequest;
}

function spread(
  points: readonly { x: number; y: number }[],
  yMean: number,
  slope: number,
  xMean: number,
  degrees: number,
): number {
  const squares = points.reduce((sum, { x, y }) => sum + (y - yMean - slope * (x - xMean)) ** 2, 0);
  return Math.sqrt(squares / degrees);
}

function meanOrNull(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length > 0 ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
}
