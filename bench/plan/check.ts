/**
 * The calculation against the simulation, on a slice of the planned system.
 */

import { seededRandom } from '../model/random.js';
import { quantile } from '../statistics/quantile.js';
import { type Estimate, meanWithInterval } from '../statistics/statistics.js';
import type { CapacityPlan } from './plan.js';
import { PERCENTILE_SHARES, responseTime } from './response-time.js';
import { constantTime, exponentialTime, type ServiceTime } from './service-time.js';
import { simulate } from './simulate.js';
import { type OpenSystem, type Station, utilisationOf } from './station.js';

export interface CheckedFigure {
  /** "p50 ms", "p99 ms", or "busy application". */
  name: string;
  calculated: number;
  simulated: Estimate;
  /** Simulated over calculated, less 1. */
  difference: number;
}

export interface Check {
  /** Share of the planned system that was simulated. */
  slice: number;
  system: OpenSystem;
  replications: number;
  requests: number;
  figures: CheckedFigure[];
}

const REPLICATIONS = 5;
const EVENTS_PER_REPLICATION = 200_000;
const WARM_UP_SHARE = 0.2;
/** Of the first station: enough for the streams of its queues to mix, few enough to warm up. */
const MOST_QUEUES = 64;
const PERCENTILES = ['p50', 'p99'] as const;

/** A larger difference between calculation and simulation is a warning. */
export const LARGEST_DIFFERENCE = 0.1;

export interface StrategyCheck {
  strategy: string;
  /** What is assumed of the spread of service times. */
  spread: 'exponential' | 'constant';
  check: Check;
}

/** Two for each strategy of a plan: with exponential service times, and with constant ones. */
export function checkPlan(plan: CapacityPlan, seed: number): StrategyCheck[] {
  return plan.strategies.flatMap(({ strategy, system }) => [
    { strategy, spread: 'exponential', check: checkSystem(system, exponentialTime, seed) },
    { strategy, spread: 'constant', check: checkSystem(system, constantTime, seed) },
  ]);
}

/**
 * @param serviceTime the assumption that is checked; takes the place of the system's own
 * @param seed the same seed gives the same figures
 */
function checkSystem(
  planned: OpenSystem,
  serviceTime: (meanSeconds: number) => ServiceTime,
  seed: number,
): Check {
  const slice = Math.min(1, MOST_QUEUES / (planned.stations[0]?.queues ?? 1));
  const system = sliceOf(planned, slice, serviceTime);
  const events = Math.floor(EVENTS_PER_REPLICATION / (system.stations.length + 1));
  const warmUpRequests = Math.floor(events * WARM_UP_SHARE);
  const requests = events - warmUpRequests;
  const random = seededRandom(seed);
  const runs = Array.from({ length: REPLICATIONS }, () =>
    simulate(system, { requests, warmUpRequests }, Math.floor(random() * 2 ** 32)),
  );
  const time = responseTime(system);
  return {
    slice,
    system,
    replications: REPLICATIONS,
    requests: requests * REPLICATIONS,
    figures: [
      ...PERCENTILES.map((percentile) =>
        checked(
          `${percentile} ms`,
          time.at(percentile),
          runs.map(({ responseTimesMs }) =>
            quantile(responseTimesMs, PERCENTILE_SHARES[percentile]),
          ),
        ),
      ),
      ...system.stations.map((station, index) =>
        checked(
          `busy ${station.name}`,
          utilisationOf(station, system.arrivalsPerSecond),
          runs.map(({ utilisation }) => utilisation[index] ?? 0),
        ),
      ),
    ],
  };
}

function checked(name: string, calculated: number, values: readonly number[]): CheckedFigure {
  const simulated = meanWithInterval(values);
  const difference = calculated === 0 ? 0 : simulated.mean / calculated - 1;
  return { name, calculated, simulated, difference };
}

/** Whole servers, rounded up: a slice is never busier than the plan. */
function sliceOf(
  { arrivalsPerSecond, stations }: OpenSystem,
  share: number,
  serviceTime: (meanSeconds: number) => ServiceTime,
): OpenSystem {
  const part = (count: number) => Math.max(1, Math.ceil(count * share - 1e-9));
  return {
    arrivalsPerSecond: arrivalsPerSecond * share,
    stations: stations.map(
      (station): Station => ({
        ...station,
        queues: part(station.queues),
        serversPerQueue:
          station.queues === 1 ? part(station.serversPerQueue) : station.serversPerQueue,
        service: serviceTime(station.service.meanSeconds),
      }),
    ),
  };
}
