/**
 * What a load needs of each strategy beyond one machine: a calculation from measured demands, each
 * figure with a range.
 *
 * The likely figure has the mean demands and exponential service times. The low end has the low ends of
 * the 95 % intervals of the demands and constant service times, the high end the high ends and
 * exponential ones. Several sources of doubt move together, so the range is wider than 95 %.
 */

import { type DatabaseName, databaseOf } from '../model/databases.js';
import { LabError, usageError } from '../model/errors.js';
import type { Objective, Result } from '../model/result-schema.js';
import { formatNumber } from '../text/format.js';
import { type Demands, demandsOfResult, type Tier } from './demands.js';
import { type LoginMemory, type Logins, loginMemory } from './login-memory.js';
import { type Range, rangeOf, scaledRange } from './range.js';
import { responseTime } from './response-time.js';
import { constantTime, exponentialTime, type ServiceTime } from './service-time.js';
import { type SizedSystem, sizeSystem, systemAt } from './size.js';
import { type OpenSystem, utilisationOf } from './station.js';
import { type Cores, cpuRange, loadOf, tiersOf } from './tier-load.js';

/** What is planned for. */
export interface Target extends Cores {
  workload: string;
  /** Names; undefined for all of the result. */
  strategies?: readonly string[];
  users: number;
  requestsPerUserMinute: number;
  loginsPerUserDay: number;
  sessionMinutes: number;
  objectives: Objective['latency'];
  /** Highest busy share of a server. */
  ceiling: number;
}

export interface TierPlan {
  tier: Tier;
  /** Instances, authorities, Redis primaries, or cores of the database. */
  servers: Range;
  /** Busy share of each at the likely number. */
  utilisation: number;
  cpuMicrosecondsPerRequest: Range;
}

export interface StrategyPlan {
  strategy: string;
  demands: Demands;
  tiers: TierPlan[];
  limitedBy: SizedSystem['limitedBy'];
  /** Calculated, of the likely system. */
  responseTimeMs: { p50: number; p99: number };
  /** Of all instances together; null: not measured. */
  instanceBytes: Range | null;
  loginMemory: LoginMemory;
  network: { inBitsPerSecond: Range | null; outBitsPerSecond: Range | null };
  redisCommandsPerSecond: number | null;
  /** Cores for logins over the day, at the ceiling; null without a measured workload `login`. */
  loginCores: Range | null;
  /** The likely system. */
  system: OpenSystem;
}

export interface CapacityPlan {
  target: Target;
  database: DatabaseName;
  requestsPerSecond: number;
  logins: Logins;
  strategies: StrategyPlan[];
  /** Strategies that miss the objectives however many servers there are. */
  impossible: { strategy: string; fastestMs: { p50: number; p99: number } }[];
}

const SECONDS_PER_DAY = 86_400;
/** As good as idle. */
const ALONE = 0.01;

/** Beyond, the formulas take too long, and nobody has measured anything near it. */
const MOST_REQUESTS_PER_SECOND = 1e8;

/**
 * @throws LabError of demandsOfResult; PLAN_OBJECTIVE_IMPOSSIBLE when no strategy can meet it;
 *   PLAN_LOAD_TOO_LARGE (exit code 2) above 100 million requests a second
 */
export function planCapacity(result: Result, target: Target): CapacityPlan {
  const perStrategy = demandsOfResult(result, target.workload, target.strategies);
  const requestsPerSecond = (target.users * target.requestsPerUserMinute) / 60;
  if (requestsPerSecond > MOST_REQUESTS_PER_SECOND) {
    throw usageError(
      'PLAN_LOAD_TOO_LARGE',
      `${formatNumber(requestsPerSecond)} requests a second are more than a plan can hold (100 million). Plan for a part of the users.`,
    );
  }
  const perSecond = (target.users * target.loginsPerUserDay) / SECONDS_PER_DAY;
  // Little's law: how many live is how many begin a second times how long each lives.
  const logins = { perSecond, concurrent: perSecond * target.sessionMinutes * 60 };
  const strategies: StrategyPlan[] = [];
  const impossible: CapacityPlan['impossible'] = [];
  for (const demands of perStrategy) {
    const plan = planStrategy(demands, target, requestsPerSecond, logins);
    if (plan) strategies.push(plan);
    else impossible.push(fastest(demands, target, requestsPerSecond));
  }
  if (strategies.length === 0) throw impossibleObjective(impossible);
  return {
    target,
    database: databaseOf(result.config),
    requestsPerSecond,
    logins,
    strategies,
    impossible,
  };
}

function planStrategy(
  demands: Demands,
  target: Target,
  requestsPerSecond: number,
  logins: Logins,
): StrategyPlan | null {
  const size = (end: keyof Range, serviceTime: (meanSeconds: number) => ServiceTime) =>
    sizeSystem(loadOf(demands, target, requestsPerSecond, end, serviceTime), target);
  const likely = size('likely', exponentialTime);
  if (!likely) return null;
  const best = size('low', constantTime) ?? likely;
  const worst = size('high', exponentialTime);
  const servers = (sized: SizedSystem, index: number): number => {
    const station = sized.system.stations[index];
    return station ? station.queues * station.serversPerQueue : 0;
  };
  const tiers = tiersOf(demands).map((tier, index) => ({
    tier,
    servers: {
      likely: servers(likely, index),
      low: servers(best, index),
      high: worst && servers(worst, index),
    },
    utilisation: utilisationOf(
      likely.system.stations[index] as (typeof likely.system.stations)[number],
      requestsPerSecond,
    ),
    cpuMicrosecondsPerRequest: cpuRange(demands, tier),
  }));
  const time = responseTime(likely.system);
  const bits = (name: 'sent' | 'received'): Range | null => {
    const bytes = demands.bytesPerRequest[name];
    return bytes && scaledRange(rangeOf(bytes), 8 * requestsPerSecond);
  };
  const instances = tiers[0]?.servers;
  return {
    strategy: demands.strategy.name,
    demands,
    tiers,
    limitedBy: likely.limitedBy,
    responseTimeMs: { p50: time.at('p50'), p99: time.at('p99') },
    instanceBytes:
      demands.instanceBytes && instances
        ? scaledRange(instances, demands.instanceBytes.mean)
        : null,
    loginMemory: loginMemory(demands.strategy, logins),
    network: { inBitsPerSecond: bits('sent'), outBitsPerSecond: bits('received') },
    redisCommandsPerSecond:
      demands.redisCommandsPerRequest && demands.redisCommandsPerRequest * requestsPerSecond,
    loginCores:
      demands.loginCpuMicroseconds &&
      scaledRange(rangeOf(demands.loginCpuMicroseconds), logins.perSecond / 1e6 / target.ceiling),
    system: likely.system,
  };
}

function fastest(
  demands: Demands,
  target: Target,
  requestsPerSecond: number,
): CapacityPlan['impossible'][number] {
  const load = loadOf(demands, target, requestsPerSecond, 'likely', exponentialTime);
  const time = responseTime(systemAt(load, ALONE));
  return {
    strategy: demands.strategy.name,
    fastestMs: { p50: time.at('p50'), p99: time.at('p99') },
  };
}

function impossibleObjective(impossible: CapacityPlan['impossible']): LabError {
  const best = impossible
    .map(({ strategy, fastestMs }) => `${strategy} ${formatNumber(fastestMs.p99)} ms`)
    .join(', ');
  return new LabError(
    'PLAN_OBJECTIVE_IMPOSSIBLE',
    `No number of servers meets the objective: the work of a request alone takes longer. The 99th percentile without waiting: ${best}. Relax --slo, or give each instance a whole core.`,
  );
}
