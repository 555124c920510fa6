/**
 * The smallest system that serves a load: no server busier than a ceiling, and every objective met.
 */
import type { Objective } from '../model/result-schema.js';
import { tierOf } from '../model/tiers.js';
import { responseTime } from './response-time.js';
import type { ServiceTime } from './service-time.js';
import type { OpenSystem, Station } from './station.js';

export interface Work {
  /** Its id. */
  tier: string;
  /** CPU time of one request on the cores that the tier has. */
  seconds: number;
}

export interface Load {
  requestsPerSecond: number;
  work: readonly Work[];
  /** What is assumed of the spread of service times. */
  serviceTime: (meanSeconds: number) => ServiceTime;
}

export interface Requirements {
  objectives: Objective['latency'];
  /** Highest busy share of a server, below 1. */
  ceiling: number;
}

export interface SizedSystem {
  system: OpenSystem;
  limitedBy: 'ceiling' | 'objective';
}

/** Below this, more servers do not help: what is left is the service time. */
const LOWEST_UTILISATION = 0.01;
const HALVINGS = 20;

/**
 * All tiers get the same utilisation, as near as whole servers allow.
 *
 * @returns null when the objectives are missed however many servers there are
 */
export function sizeSystem(load: Load, { objectives, ceiling }: Requirements): SizedSystem | null {
  const meets = (system: OpenSystem): boolean => {
    const time = responseTime(system);
    return objectives.every(({ metric, limitMs }) => time.at(metric) <= limitMs);
  };
  const atCeiling = systemAt(load, ceiling);
  if (meets(atCeiling)) return { system: atCeiling, limitedBy: 'ceiling' };
  let good = LOWEST_UTILISATION;
  if (!meets(systemAt(load, good))) return null;
  let bad = ceiling;
  for (let halving = 0; halving < HALVINGS; halving++) {
    const middle = (good + bad) / 2;
    if (meets(systemAt(load, middle))) good = middle;
    else bad = middle;
  }
  return { system: systemAt(load, good), limitedBy: 'objective' };
}

export function systemAt(load: Load, utilisation: number): OpenSystem {
  const { requestsPerSecond, work, serviceTime } = load;
  return {
    arrivalsPerSecond: requestsPerSecond,
    stations: work.map(({ tier, seconds }) =>
      stationOf(
        tier,
        serversFor((requestsPerSecond * seconds) / utilisation),
        serviceTime(seconds),
      ),
    ),
  };
}

/** A database is one queue before its cores; the others are one server with a queue each. @param tier its id */
function stationOf(tier: string, servers: number, service: ServiceTime): Station {
  return tierOf(tier).threads === 'many'
    ? { name: tier, queues: 1, serversPerQueue: servers, service }
    : { name: tier, queues: servers, serversPerQueue: 1, service };
}

/** A hair above a whole number is rounding, not a server. */
function serversFor(busy: number): number {
  return Math.max(1, Math.ceil(busy - 1e-9));
}
