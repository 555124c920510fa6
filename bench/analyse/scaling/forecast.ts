/**
 * Throughput at every number of instances, told from the demands measured at the two smallest alone:
 * a network of stations (instances, stores, load generator) solved by mean value analysis, and the
 * limit that the shared cores of the machine set to all of them together.
 */
import { seededRandom } from '../../random.js';
import { ascending, quantile } from '../quantile.js';
import { type Estimate, meanWithInterval } from '../statistics.js';
import { availableCores, capacityOf, TIERS, type Tier } from './capacity.js';
import { type DemandModel, demandAt, drawDemand, fitDemand } from './demand-model.js';
import { fixedConnections } from './mva.js';
import { type Series, smallestCounts, trialsWith } from './series.js';
import { maximumRate, type Station } from './station.js';

export interface ForecastPoint {
  instances: number;
  throughputRps: number;
  /** null where the demands have no interval: a single trial. */
  interval95: [number, number] | null;
  /** What is busy then; "none": everything waits for something else. */
  limit: Tier | 'machine' | 'none';
  measured: Estimate;
  /** Forecast over measurement, less 1. */
  relativeError: number;
  /** Whether the demands were measured with this number of instances. */
  known: boolean;
}

export interface Forecast {
  /** The numbers of instances that the demands come from. */
  basis: readonly number[];
  /** With the load generator and everything else on the cores of this machine. */
  onThisMachine: ForecastPoint[];
  /** With the load generator elsewhere, and a core for every process that wants one. */
  serviceAlone: Omit<ForecastPoint, 'measured' | 'relativeError'>[];
}

const BASIS_COUNTS = 2;
const DRAWS = 200;
const BUSY = 0.9;

/**
 * @param seed of the draws that carry the uncertainty of the demands to the forecast
 * @returns null where there is nothing to foretell, or the application was not measured
 */
export function forecastOf(series: Series, seed: number): Forecast | null {
  const few = smallestCounts(series, BASIS_COUNTS);
  if (series.counts.length <= few.counts.length) return null;
  const model = modelOf(few);
  if (!model.demands.has('application')) return null;
  const draws = drawsOf(model, seed);
  const points = series.counts.map((instances) => {
    const trials = trialsWith(series, instances);
    const connections = Math.max(...trials.map((trial) => trial.connections));
    const known = few.counts.includes(instances);
    const at = (scope: Scope) => ({
      instances,
      ...solve(model, { instances, connections }, scope),
      interval95: intervalOf(
        draws.map((drawn) => solve(drawn, { instances, connections }, scope).throughputRps),
      ),
      known,
    });
    const measured = meanWithInterval(trials.map(({ throughputRps }) => throughputRps));
    const here = at('machine');
    return {
      onThisMachine: { ...here, measured, relativeError: here.throughputRps / measured.mean - 1 },
      serviceAlone: at('service'),
    };
  });
  return {
    basis: few.counts,
    onThisMachine: points.map(({ onThisMachine }) => onThisMachine),
    serviceAlone: points.map(({ serviceAlone }) => serviceAlone),
  };
}

type Scope = 'machine' | 'service';

interface Model {
  demands: ReadonlyMap<Tier, DemandModel>;
  cores: ReadonlyMap<Tier, number>;
  shards: number;
  machineCores: number;
}

function modelOf(few: Series): Model {
  const demands = TIERS.flatMap((tier) => {
    const demand = fitDemand(tier, few);
    return demand ? [[tier, demand] as const] : [];
  });
  return {
    demands: new Map(demands),
    cores: new Map(TIERS.map((tier) => [tier, capacityOf(tier, few.trials).cores])),
    shards: Math.max(...few.trials.map(({ shards }) => shards)),
    machineCores: availableCores(few.trials),
  };
}

/** Demands as they might truly be, each drawn from its own distribution; none without a spread. */
function drawsOf(model: Model, seed: number): Model[] {
  const random = seededRandom(seed);
  if ([...model.demands.values()].some(({ standardErrors }) => !standardErrors)) return [];
  return Array.from({ length: DRAWS }, () => ({
    ...model,
    demands: new Map(
      [...model.demands].map(([tier, demand]) => [tier, drawDemand(demand, random)] as const),
    ),
  }));
}

function intervalOf(draws: readonly number[]): [number, number] | null {
  if (draws.length === 0) return null;
  const sorted = ascending(draws);
  return [quantile(sorted, 0.025), quantile(sorted, 0.975)];
}

/**
 * The machine is a limit on the sum: where all processes together want more than its cores, each
 * waits for its turn in proportion, which stretches every time alike and so divides the throughput.
 */
function solve(
  model: Model,
  { instances, connections }: { instances: number; connections: number },
  scope: Scope,
): { throughputRps: number; limit: ForecastPoint['limit'] } {
  const solveWith = (load: number) => {
    const stations = stationsOf(model, instances, scope, load);
    const network = fixedConnections(stations, connections).throughputRps;
    const wanted = stations.reduce((sum, { demandSeconds }) => sum + demandSeconds, 0);
    const machine = scope === 'machine' ? model.machineCores / wanted : Number.POSITIVE_INFINITY;
    return { stations, network, machine, throughputRps: Math.min(network, machine) };
  };
  // Demands depend on the throughput that they lead to. More load makes them smaller, and a smaller
  // demand changes throughput by less than its own share, so this settles.
  let found = solveWith(centralLoad(model));
  for (let step = 0; step < 30 && changesWithLoad(model); step++) {
    const next = solveWith(found.throughputRps);
    const change = Math.abs(next.throughputRps / found.throughputRps - 1);
    found = next;
    if (change < 1e-6) break;
  }
  const { stations, machine, network, throughputRps } = found;
  return { throughputRps, limit: machine < network ? 'machine' : busiest(stations, throughputRps) };
}

function stationsOf(model: Model, instances: number, scope: Scope, load: number): NamedStation[] {
  return [...model.demands]
    .filter(([tier]) => tier !== 'loadGenerator' || scope === 'machine')
    .map(([tier, demand]) => ({
      name: tier,
      demandSeconds: demandAt(demand, load) / 1e6,
      cores: model.cores.get(tier) ?? 1,
      copies: tier === 'application' ? instances : tier === 'loadGenerator' ? model.shards : 1,
    }));
}

type NamedStation = Station & { name: Tier };

function busiest(stations: readonly NamedStation[], throughputRps: number): ForecastPoint['limit'] {
  const [first] = [...stations].sort((a, b) => maximumRate(a) - maximumRate(b));
  return first && throughputRps >= BUSY * maximumRate(first) ? first.name : 'none';
}

function changesWithLoad({ demands }: Model): boolean {
  return [...demands.values()].some(({ fixedMicrosecondsPerSecond }) => fixedMicrosecondsPerSecond);
}

function centralLoad({ demands }: Model): number {
  return 1 / (demands.get('application')?.centre.secondsPerRequest ?? 1);
}
