/**
 * Throughput at every number of instances, told from the demands measured at the two smallest alone:
 * a network of stations (instances, stores, load generator) solved by mean value analysis, and the
 * limit that the shared cores of the machine set to all of them together.
 */
import type { Trial } from '../../model/result-schema.js';
import { ascending, quantile } from '../../statistics/quantile.js';
import { type Estimate, meanWithInterval } from '../../statistics/statistics.js';
import {
  asymptoticBounds,
  type Bounds,
  balancedJobBounds,
  bottleneckOf,
  utilisationOf,
} from './bounds.js';
import { meanValueAnalysis } from './mva.js';
import {
  drawsOf,
  type Model,
  modelOf,
  type Scope,
  type Setup,
  type Solution,
  solve,
} from './network.js';
import { type Series, smallestCounts, trialsWith } from './series.js';
import type { Station } from './station.js';

export interface Prediction {
  instances: number;
  throughputRps: number;
  /** null where the demands have no interval: a single trial. */
  interval95: [number, number] | null;
  /** The id of the tier that is busy then, "machine", or "none": everything waits for something else. */
  limit: string;
}

export interface ForecastPoint extends Prediction {
  /** The most that demands allow, however well the waiting is arranged. */
  boundRps: number;
  measured: Estimate;
  /** Forecast over measurement, less 1. */
  relativeError: number;
  /** Whether the demands were measured with this number of instances. */
  known: boolean;
}

export interface ServiceAlone extends Prediction {
  /** Where each request goes to any instance by chance, as behind a load balancer. */
  anyInstanceRps: number;
  /** Balanced job bounds of that. */
  anyInstanceBounds: Bounds;
}

export interface Forecast {
  /** The numbers of instances that the demands come from. */
  basis: readonly number[];
  /** With the load generator and everything else on the cores of this machine. */
  onThisMachine: ForecastPoint[];
  /** With the load generator elsewhere, and a core for every process that wants one. */
  serviceAlone: ServiceAlone[];
}

/** A forecast knows so many numbers of instances, the smallest. */
export const BASIS_COUNTS = 2;
const BUSY = 0.9;

/**
 * @param seed of the draws that carry the uncertainty of the demands to the forecast
 * @returns null where there is nothing to predict, or the application was not measured
 */
export function forecastOf(series: Series, seed: number): Forecast | null {
  const few = smallestCounts(series, BASIS_COUNTS);
  if (series.counts.length <= few.counts.length) return null;
  const model = modelOf(few);
  if (!model.demands.has('application')) return null;
  const draws = drawsOf(model, seed);
  return {
    basis: few.counts,
    onThisMachine: series.counts.map((instances) => {
      const trials = trialsWith(series, instances);
      const setup = setupOf(trials);
      const found = solve(model, setup, 'machine');
      const measured = meanWithInterval(trials.map(({ throughputRps }) => throughputRps));
      return {
        ...predictionOf(found, instances, intervalOf(draws, setup, 'machine')),
        boundRps: Math.min(
          asymptoticBounds(found.stations, setup.connections).highRps,
          found.machineRps,
        ),
        measured,
        relativeError: found.throughputRps / measured.mean - 1,
        known: few.counts.includes(instances),
      };
    }),
    serviceAlone: series.counts.map((instances) => {
      const setup = setupOf(trialsWith(series, instances));
      const found = solve(model, setup, 'service');
      return {
        ...predictionOf(found, instances, intervalOf(draws, setup, 'service')),
        anyInstanceRps: meanValueAnalysis(found.stations, setup.connections).throughputRps,
        anyInstanceBounds: balancedJobBounds(found.stations, setup.connections),
      };
    }),
  };
}

function setupOf(trials: readonly Trial[]): Setup {
  return {
    instances: trials[0]?.instances ?? 1,
    connections: Math.max(...trials.map(({ connections }) => connections)),
  };
}

function predictionOf(
  { throughputRps, machineRps, stations }: Solution,
  instances: number,
  interval95: [number, number] | null,
): Prediction {
  const limit = machineRps <= throughputRps ? 'machine' : busiest(stations, throughputRps);
  return { instances, throughputRps, interval95, limit };
}

function intervalOf(draws: readonly Model[], setup: Setup, scope: Scope): [number, number] | null {
  if (draws.length === 0) return null;
  const sorted = ascending(draws.map((drawn) => solve(drawn, setup, scope).throughputRps));
  return [quantile(sorted, 0.025), quantile(sorted, 0.975)];
}

function busiest(stations: readonly Station[], throughputRps: number): Prediction['limit'] {
  const first = bottleneckOf(stations);
  return first && utilisationOf(first, throughputRps) >= BUSY ? first.name : 'none';
}
