/**
 * How the CPU time of a request changes with the load.
 *
 * A shared store gets cheaper for each request as the load rises: a client sends the commands of one
 * turn of its event loop together, and a server that wakes up answers all clients that are waiting.
 * The simplest law for that is a fixed rate of work plus work for each request:
 * utilisation = fixed + perRequest * throughput, so demand = perRequest + fixed / throughput.
 */
import tQuantile from '@stdlib/stats-base-dists-t-quantile';
import type { Random } from '../../model/random.js';
import type { Trial } from '../../model/result-schema.js';
import { tierOf } from '../../model/tiers.js';
import { tiersOfTrials } from '../../model/tiers-of-run.js';
import { type Series, trialsWith } from './series.js';

export interface DemandModel {
  /** Where the points are centred: mean and slope are uncorrelated there. */
  centre: { secondsPerRequest: number; microseconds: number };
  /** µs of CPU time in each second whatever the load; 0 where the demand is a constant. */
  fixedMicrosecondsPerSecond: number;
  standardErrors: { mean: number; slope: number } | null;
  degrees: number;
}

/**
 * Fits the law above to the trials of a series, where the data show it: with a fixed part above 0 at
 * 95 % (t test), and something left for each request. Otherwise the demand is the mean.
 *
 * The demand of the application is always the mean: it sets the throughput, so a law between the two
 * says nothing.
 *
 * @param tier its id
 * @returns null where the tier was not measured, or costs nothing
 */
export function fitDemand(tier: string, series: Series): DemandModel | null {
  const points = pointsOf(series, (trial) => trial.cpuMicrosecondsPerRequest[tier] ?? null);
  const constant = constantDemand(points);
  return tierOf(tier).scope === 'instance' ? constant : (risingWork(points) ?? constant);
}

/** All tiers together, the load generator too: what a request takes from the machine. */
export function fitTotalDemand(series: Series): DemandModel | null {
  const tiers = tiersOfTrials(series.trials);
  const points = pointsOf(series, (trial) =>
    tiers.reduce((sum, { id }) => sum + (trial.cpuMicrosecondsPerRequest[id] ?? 0), 0),
  );
  return constantDemand(points);
}

interface Point {
  /** Seconds for a request: 1 / throughput. */
  x: number;
  /** µs of CPU time. */
  y: number;
}

/**
 * The load of a trial is the mean at its number of instances. With its own throughput, a slow minute
 * of the machine (dear requests, and fewer of them) would look like the law.
 */
function pointsOf(series: Series, of: (trial: Trial) => number | null): Point[] {
  return series.counts.flatMap((instances) => {
    const trials = trialsWith(series, instances);
    const x = trials.reduce((sum, trial) => sum + 1 / trial.throughputRps, 0) / trials.length;
    return trials.map(of).flatMap((y) => (y === null ? [] : [{ x, y }]));
  });
}

function constantDemand(points: readonly Point[]): DemandModel | null {
  const { n, centre } = centreOf(points);
  if (n === 0 || centre.microseconds <= 0) return null;
  return {
    centre,
    fixedMicrosecondsPerSecond: 0,
    standardErrors:
      n > 1 ? { mean: deviation(points, centre, 0, n - 1) / n ** 0.5, slope: 0 } : null,
    degrees: n - 1,
  };
}

/** @returns null where the points do not show it */
function risingWork(points: readonly Point[]): DemandModel | null {
  const { n, centre } = centreOf(points);
  const { secondsPerRequest: xMean, microseconds: yMean } = centre;
  const squares = points.reduce((sum, { x }) => sum + (x - xMean) ** 2, 0);
  if (n < 4 || squares < 1e-9 * xMean ** 2) return null;
  const slope = points.reduce((sum, { x, y }) => sum + (x - xMean) * (y - yMean), 0) / squares;
  const residual = deviation(points, centre, slope, n - 2);
  const slopeError = residual / Math.sqrt(squares);
  const shown = slope > slopeError * tQuantile(0.975, n - 2);
  if (!shown || yMean - slope * xMean <= 0) return null;
  return {
    centre,
    fixedMicrosecondsPerSecond: slope,
    standardErrors: { mean: residual / Math.sqrt(n), slope: slopeError },
    degrees: n - 2,
  };
}

function centreOf(points: readonly Point[]) {
  const n = points.length;
  return {
    n,
    centre: {
      secondsPerRequest: points.reduce((sum, { x }) => sum + x, 0) / n,
      microseconds: points.reduce((sum, { y }) => sum + y, 0) / n,
    },
  };
}

/** Standard deviation of the residuals. */
function deviation(
  points: readonly Point[],
  { secondsPerRequest, microseconds }: DemandModel['centre'],
  slope: number,
  degrees: number,
): number {
  const residuals = points.map(({ x, y }) => y - microseconds - slope * (x - secondsPerRequest));
  return Math.sqrt(residuals.reduce((sum, residual) => sum + residual ** 2, 0) / degrees);
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

/**
 * The demand as it might truly be: mean and slope drawn from their t distributions, the mean as a
 * factor, so that no demand is negative.
 *
 * @throws Error for a model of a single trial, which has no spread
 */
export function drawDemand(model: DemandModel, random: Random): DemandModel {
  const { centre, standardErrors, degrees, fixedMicrosecondsPerSecond } = model;
  if (!standardErrors) throw new Error('a single trial has no spread to draw from');
  const draw = () => tQuantile(0.5 / 2 ** 20 + random() * (1 - 1 / 2 ** 20), degrees);
  const factor = Math.exp((draw() * standardErrors.mean) / centre.microseconds);
  const microseconds = centre.microseconds * factor;
  const slope =
    fixedMicrosecondsPerSecond + (standardErrors.slope && draw() * standardErrors.slope);
  // All of the demand at the centre at most: nothing below 0 is left for a request.
  const most = (microseconds / centre.secondsPerRequest) * 0.999;
  return {
    ...model,
    centre: { ...centre, microseconds },
    fixedMicrosecondsPerSecond: Math.min(most, Math.max(0, slope)),
  };
}

/** The throughput at which the tier has used `cores`: where fixed + perRequest * X = cores. */
export function saturationOf(model: DemandModel, cores: number): number {
  const perRequest = demandAt(model, Number.POSITIVE_INFINITY);
  return Math.max(0, cores * 1e6 - model.fixedMicrosecondsPerSecond) / perRequest;
}
