/**
 * The knee: the number of instances from which on something shared is the limit, so that more
 * instances add nothing.
 *
 * An instance answers c/D requests per second (its cores over its demand), a shared tier its own c/D.
 * The shared tier is busy with N* = (c/D of the tier) / (c/D of an instance) instances.
 */
import tQuantile from '@stdlib/stats-base-dists-t-quantile';
import { tierOf } from '../../model/tiers.js';
import { tiersOfTrials } from '../../model/tiers-of-run.js';
import { availableCores, type Capacity, capacityOf } from './capacity.js';
import {
  type DemandModel,
  fitDemand,
  fitTotalDemand,
  relativeErrorAt,
  saturationOf,
} from './demand-model.js';
import { type Series, smallestCounts } from './series.js';

export interface KneeOf {
  /** The id of a tier that instances share, or "machine": the cores of everything together. */
  limit: string;
  /** Cores that it can use, of all its processes together. */
  cores: number;
  from: Capacity['from'];
  microsecondsPerRequest: number;
  /** Throughput at which it is busy. */
  saturationRps: number;
  /** With so many instances. */
  instances: number;
  /** null below two trials. */
  interval95: [number, number] | null;
}

export interface PredictedKnee {
  /** Requests per second of one instance that does nothing else. */
  instanceRps: number;
  instanceCores: Capacity;
  /** The first to become the limit comes first. */
  limits: KneeOf[];
}

/** The knee up to here needs demands of few instances: where they are the limit themselves. */
const FEWEST_COUNTS = 2;

/** @returns null where the CPU time of the application was not measured */
export function predictKnee(series: Series): PredictedKnee | null {
  const few = smallestCounts(series, FEWEST_COUNTS);
  const application = fitDemand('application', few);
  if (!application) return null;
  const instanceCores = capacityOf('application', few.trials);
  const instanceRps = saturationOf(application, instanceCores.cores);
  const tiers = tiersOfTrials(series.trials).filter(
    ({ id, scope }) => scope !== 'instance' && (id !== 'redis' || asksSessionStore(series)),
  );
  const shared = tiers.map(({ id }) => ({
    limit: id,
    capacity: sharedCapacity(id, series),
    demand: fitDemand(id, series),
  }));
  const machine = {
    limit: 'machine',
    capacity: { cores: availableCores(series.trials), from: 'observation' as const },
    demand: fitTotalDemand(series),
  };
  const limits = [...shared, machine].flatMap(({ limit, capacity, demand }) =>
    demand ? [kneeOf(limit, capacity, demand, application, instanceRps)] : [],
  );
  return {
    instanceRps,
    instanceCores,
    limits: limits.sort((a, b) => a.instances - b.instances),
  };
}

/** Fewer commands for a request come from elsewhere: a login now and then, the lab's own readings. */
const LEAST_COMMANDS = 0.05;

/** A store that no request asks is no limit, whatever it costs at rest. Unknown counts as asked. */
function asksSessionStore({ trials }: Series): boolean {
  const commands = trials.flatMap(({ storeCommandsPerRequest: count }) => count ?? []);
  const sum = commands.reduce((all, count) => all + count, 0);
  return commands.length === 0 || sum / commands.length >= LEAST_COMMANDS;
}

/** Shards are several; each is counted with its own core. */
function sharedCapacity(tier: string, { trials }: Series): Capacity {
  const one = capacityOf(tier, trials);
  if (tierOf(tier).scope !== 'lab') return one;
  return { ...one, cores: one.cores * Math.max(...trials.map(({ loadWorkers }) => loadWorkers)) };
}

/** Errors of the two demands are taken as independent, and add in the logarithm of their ratio. */
function kneeOf(
  limit: string,
  { cores, from }: Capacity,
  demand: DemandModel,
  application: DemandModel,
  instanceRps: number,
): KneeOf {
  const saturationRps = saturationOf(demand, cores);
  const instances = saturationRps / instanceRps;
  const errors = [
    relativeErrorAt(demand, saturationRps),
    relativeErrorAt(application, instanceRps),
  ];
  const known = errors.filter((error) => error !== null && Number.isFinite(error));
  const degrees = Math.min(demand.degrees, application.degrees);
  const factor = Math.exp(
    tQuantile(0.975, Math.max(1, degrees)) * Math.hypot(...(known as number[])),
  );
  return {
    limit,
    cores,
    from,
    microsecondsPerRequest: (cores * 1e6) / saturationRps,
    saturationRps,
    instances,
    interval95: known.length === 2 ? [instances / factor, instances * factor] : null,
  };
}
