/**
 * What one request asks of each tier, from the trials of a result: the input of the calculation.
 */

import { type Summary, summarise } from '../analyse/summarise.js';
import { type DatabaseName, databaseOf } from '../model/databases.js';
import { LabError, usageError } from '../model/errors.js';
import type { Result, StrategyInfo } from '../model/result-schema.js';
import { isKnownTier, type Tier } from '../model/tiers.js';
import { strategiesOf } from '../model/variant.js';
import type { Estimate } from '../statistics/statistics.js';
import { didYouMean } from '../text/nearest.js';
import { plannedTiers, type SizedTier } from './planned-tiers.js';

export interface Demands {
  strategy: StrategyInfo;
  workload: string;
  /** The load at which this was measured. */
  measuredAt: {
    instances: number;
    rounds: number;
    throughputRps: number;
    redisCores: number | null;
  };
  /** By the id of the tier. One that gets no work is absent. */
  cpuMicrosecondsPerRequest: Record<string, Estimate>;
  /** Ids of tiers with a CPU time that the trials could not read: a store on another machine. */
  notMeasured: string[];
  /** Ids of tiers that got work and that this lab does not know, so that it cannot size them. */
  notKnown: string[];
  instanceBytes: Estimate | null;
  bytesPerRequest: Summary['bytesPerRequest'];
  redisCommandsPerRequest: number | null;
  /** CPU time of all servers for one login; null without valid trials of the workload `login`. */
  loginCpuMicroseconds: Estimate | null;
}

const LOGIN = 'login';
/** A workload in which one request in a hundred asks Redis does ask it. */
const IDLE_COMMANDS = 0.01;

/**
 * @param strategies names; undefined for all of the result
 * @throws LabError PLAN_OF_TARGETS, PLAN_WORKLOAD_UNKNOWN, PLAN_STRATEGY_UNKNOWN (exit code 2), PLAN_NOT_MEASURED
 */
export function demandsOfResult(
  result: Result,
  workload: string,
  strategies: readonly string[] = strategiesOf(result.config.variants),
): Demands[] {
  if (result.config.targets) {
    throw usageError(
      'PLAN_OF_TARGETS',
      'The result is of deployments that the lab did not start, so it is not known what a request needs of each server. Plan from a run of npm run compare without --target.',
    );
  }
  if (!result.config.workloads.includes(workload)) {
    throw unknown('WORKLOAD', `workload "${workload}"`, result.config.workloads);
  }
  const asked = strategiesOf(result.config.variants);
  const infos = strategies.map((name) => {
    const info = result.strategies.find((known) => known.name === name);
    if (info && asked.includes(name)) return info;
    throw unknown('STRATEGY', `strategy "${name}"`, asked);
  });
  const summaries = summariesByStrategy(result);
  const measured = summaries.filter(
    (summary) =>
      summary.workload === workload && summary.cpuMicrosecondsPerRequest.application != null,
  );
  const instances = mostInstances(measured, strategies, workload);
  return infos.map((info) => {
    const summary = measured.find(
      ({ strategy, instances: count }) => strategy === info.name && count === instances,
    ) as StrategySummary;
    const database = databaseOf(result.config);
    return {
      ...demandsIn(info, summary, database),
      loginCpuMicroseconds: loginOf(summaries, info.name),
    };
  });
}

type StrategySummary = Summary & { strategy: string };

/** Of the first variant of each strategy. */
function summariesByStrategy(result: Result): StrategySummary[] {
  const { variants } = result.config;
  const firsts = variants.filter(
    ({ strategy }, index) => variants.findIndex((other) => other.strategy === strategy) === index,
  );
  return summarise(result).flatMap((summary) => {
    const variant = firsts.find(({ id }) => id === summary.variant);
    return variant?.strategy ? [{ ...summary, strategy: variant.strategy }] : [];
  });
}

function unknown(what: string, name: string, known: readonly string[]): LabError {
  return usageError(
    `PLAN_${what}_UNKNOWN`,
    `The result has no ${name}. ${didYouMean(name, known)}It has: ${[...new Set(known)].join(', ')}.`,
  );
}

/**
 * One number of instances for all strategies, so that they are measured alike, and the largest: it
 * loads Redis most (a command costs less under load), and it has what instances on shared cores
 * take from each other.
 */
function mostInstances(
  measured: readonly StrategySummary[],
  strategies: readonly string[],
  workload: string,
): number {
  const common = [...new Set(measured.map(({ instances }) => instances))].filter((instances) =>
    strategies.every((name) =>
      measured.some((summary) => summary.strategy === name && summary.instances === instances),
    ),
  );
  if (common.length > 0) return Math.max(...common);
  const missing = strategies.filter((name) => !measured.some(({ strategy }) => strategy === name));
  throw new LabError(
    'PLAN_NOT_MEASURED',
    `For workload ${workload}, no number of instances has a valid trial with CPU times of every strategy${missing.length > 0 ? ` (none at all: ${missing.join(', ')})` : ''}. Measure again, or choose others with --strategies.`,
  );
}

function demandsIn(
  strategy: StrategyInfo,
  summary: Summary,
  database: DatabaseName,
): Omit<Demands, 'loginCpuMicroseconds'> {
  const cpu = summary.cpuMicrosecondsPerRequest;
  const commands = summary.storeCommandsPerRequest?.mean ?? null;
  const hasWork = ({ id, planned }: SizedTier): boolean =>
    id === 'redis' && commands !== null
      ? commands >= IDLE_COMMANDS
      : (cpu[id]?.mean ?? 0) >= planned.idleMicroseconds;
  const throughputRps = summary.throughputRps?.mean ?? 0;
  const instances = summary.rssBytes.application;
  return {
    strategy,
    workload: summary.workload,
    measuredAt: {
      instances: summary.instances,
      rounds: summary.validRounds,
      throughputRps,
      redisCores: cpu.redis ? (cpu.redis.mean * throughputRps) / 1e6 : null,
    },
    cpuMicrosecondsPerRequest: Object.fromEntries(
      plannedTiers()
        .filter(hasWork)
        .flatMap(({ id }) => (cpu[id] ? [[id, cpu[id]]] : [])),
    ),
    notMeasured: plannedTiers()
      .filter((tier) => !cpu[tier.id] && mayHave(tier, strategy, database))
      .map(({ id }) => id),
    notKnown: Object.keys(cpu).filter((id) => !isKnownTier(id) && (cpu[id]?.mean ?? 0) > 0),
    instanceBytes: instances ? divided(instances, summary.instances) : null,
    bytesPerRequest: summary.bytesPerRequest,
    redisCommandsPerRequest: commands,
  };
}

function mayHave(
  { id, presence, isDatabase }: Tier,
  { companions = [] }: StrategyInfo,
  database: DatabaseName,
): boolean {
  if (isDatabase) return id === database;
  return presence !== 'some-strategies' || companions.includes(id);
}

function loginOf(summaries: readonly StrategySummary[], strategy: string): Estimate | null {
  return (
    summaries
      .filter((summary) => summary.workload === LOGIN && summary.strategy === strategy)
      .map((summary) => summary.serverCpuMicrosecondsPerRequest)
      .filter((estimate) => estimate !== null)
      .at(-1) ?? null
  );
}

function divided({ mean, interval95, n }: Estimate, by: number): Estimate {
  return { mean: mean / by, interval95: interval95 && [interval95[0] / by, interval95[1] / by], n };
}
