/**
 * The service as a network of stations with measured demands, and its throughput.
 */
import { seededRandom } from '../../model/random.js';
import { tierOf } from '../../model/tiers.js';
import { tiersOfTrials } from '../../model/tiers-of-run.js';
import { availableCores, capacityOf } from './capacity.js';
import { type DemandModel, demandAt, drawDemand, fitDemand } from './demand-model.js';
import { fixedConnections } from './mva.js';
import type { Series } from './series.js';
import type { Station } from './station.js';

const DRAWS = 200;

/** machine: with the load generator, on the cores there are; service: without both. */
export type Scope = 'machine' | 'service';

export interface Setup {
  instances: number;
  connections: number;
}

/** By the id of the tier. */
export interface Model {
  demands: ReadonlyMap<string, DemandModel>;
  cores: ReadonlyMap<string, number>;
  loadWorkers: number;
  machineCores: number;
}

export function modelOf(few: Series): Model {
  const ids = tiersOfTrials(few.trials).map(({ id }) => id);
  const demands = ids.flatMap((id) => {
    const demand = fitDemand(id, few);
    return demand ? [[id, demand] as const] : [];
  });
  return {
    demands: new Map(demands),
    cores: new Map(ids.map((id) => [id, capacityOf(id, few.trials).cores])),
    loadWorkers: Math.max(...few.trials.map(({ loadWorkers }) => loadWorkers)),
    machineCores: availableCores(few.trials),
  };
}

/** Demands as they might truly be, each drawn from its own distribution; none without a spread. */
export function drawsOf(model: Model, seed: number): Model[] {
  const random = seededRandom(seed);
  if ([...model.demands.values()].some(({ standardErrors }) => !standardErrors)) return [];
  return Array.from({ length: DRAWS }, () => ({
    ...model,
    demands: new Map(
      [...model.demands].map(([tier, demand]) => [tier, drawDemand(demand, random)] as const),
    ),
  }));
}

export interface Solution {
  throughputRps: number;
  /** What all cores of the machine together allow. */
  machineRps: number;
  stations: Station[];
}

/**
 * Demands depend on the throughput that they lead to. More load makes them smaller, and a smaller
 * demand changes throughput by less than its own share, so repeating it settles.
 */
export function solve(model: Model, setup: Setup, scope: Scope): Solution {
  let found = solveAt(model, setup, scope, centralLoad(model));
  for (let step = 0; step < 30 && changesWithLoad(model); step++) {
    const next = solveAt(model, setup, scope, found.throughputRps);
    const change = Math.abs(next.throughputRps / found.throughputRps - 1);
    found = next;
    if (change < 1e-6) break;
  }
  return found;
}

/**
 * The machine is a limit on the sum: where all processes together want more than its cores, each
 * waits for its turn in proportion, which stretches every time alike and so divides the throughput.
 */
function solveAt(model: Model, setup: Setup, scope: Scope, load: number): Solution {
  const stations = stationsOf(model, setup.instances, scope, load);
  const network = fixedConnections(stations, setup.connections).throughputRps;
  const wanted = stations.reduce((sum, { demandSeconds }) => sum + demandSeconds, 0);
  const machineRps = scope === 'machine' ? model.machineCores / wanted : Number.POSITIVE_INFINITY;
  return { stations, machineRps, throughputRps: Math.min(network, machineRps) };
}

function stationsOf(model: Model, instances: number, scope: Scope, load: number): Station[] {
  return [...model.demands]
    .filter(([tier]) => tierOf(tier).scope !== 'lab' || scope === 'machine')
    .map(([tier, demand]) => ({
      name: tier,
      demandSeconds: demandAt(demand, load) / 1e6,
      cores: model.cores.get(tier) ?? 1,
      copies: copiesOf(tier, model, instances),
    }));
}

function copiesOf(tier: string, { loadWorkers }: Model, instances: number): number {
  const { scope } = tierOf(tier);
  return scope === 'instance' ? instances : scope === 'lab' ? loadWorkers : 1;
}

function changesWithLoad({ demands }: Model): boolean {
  return [...demands.values()].some(({ fixedMicrosecondsPerSecond }) => fixedMicrosecondsPerSecond);
}

function centralLoad({ demands }: Model): number {
  return 1 / (demands.get('application')?.centre.secondsPerRequest ?? 1);
}
