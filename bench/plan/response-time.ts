/**
 * The response time of an open system: the sum of waiting and service at every station.
 *
 * Stations are taken as independent, each with Poisson arrivals. With exponential service, and several
 * servers at the last station only, that is exact: no request can overtake another on a path of its
 * own (J. Walrand and P. Varaiya, Sojourn times and the overtaking condition in Jacksonian networks,
 * Advances in Applied Probability 12 (1980), 1000-1018). Otherwise it is an approximation, better the
 * more queues there are, because streams of many queues mix to nearly Poisson. simulate.ts checks it.
 */
import type { LatencyMetric } from '../analyse/objective.js';
import { ONE, times } from './complex.js';
import { percentileOf } from './laplace.js';
import type { OpenSystem } from './station.js';
import { waitingTime } from './waiting-time.js';

export const PERCENTILE_SHARES: Record<Exclude<LatencyMetric, 'mean'>, number> = {
  p50: 0.5,
  p90: 0.9,
  p95: 0.95,
  p99: 0.99,
  p999: 0.999,
};

export interface ResponseTime {
  /** In milliseconds. */
  at(percentile: LatencyMetric): number;
}

/** @throws RangeError when a station has more work than its servers can do */
export function responseTime({ arrivalsPerSecond, stations }: OpenSystem): ResponseTime {
  const parts = stations.map((station) => ({
    service: station.service,
    waiting: waitingTime(station, arrivalsPerSecond),
  }));
  const meanSeconds = sum(parts.map((part) => part.service.meanSeconds + part.waiting.meanSeconds));
  const leastSeconds = sum(parts.map((part) => part.service.leastSeconds));
  return {
    at(percentile) {
      if (percentile === 'mean') return meanSeconds * 1000;
      // The constant part is added afterwards: a transform of it would ripple.
      const above = percentileOf(
        (s) =>
          parts.reduce(
            (product, { service, waiting }) =>
              times(product, times(waiting.transform(s), service.transformAboveLeast(s))),
            ONE,
          ),
        PERCENTILE_SHARES[percentile],
        meanSeconds,
      );
      return (leastSeconds + above) * 1000;
    },
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
