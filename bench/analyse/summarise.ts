/**
 * Trials -> one summary for each condition: means over the valid rounds, with intervals, and what limited the runs.
 */

import { type Condition, conditionsOf, trialsOf } from '../model/condition.js';
import type { Result, Trial } from '../model/result-schema.js';
import type { Tier } from '../model/tiers.js';
import { tiersOfTable } from '../model/tiers-of-run.js';
import { type Estimate, meanWithInterval } from '../statistics/statistics.js';
import { type Limit, limitOf } from './limits.js';
import { serverCpuMicroseconds } from './metrics.js';

/** By the id of the tier; null, or absent, where no valid trial measured it. */
export type PerTier = Readonly<Record<string, Estimate | null>>;

export interface Summary extends Condition {
  validRounds: number;
  invalidRounds: number;
  /** null when no valid trial measured it. */
  throughputRps: Estimate | null;
  cpuMicrosecondsPerRequest: PerTier;
  serverCpuMicrosecondsPerRequest: Estimate | null;
  latencyMs: Record<'mean' | 'p50' | 'p90' | 'p95' | 'p99' | 'p999' | 'max', Estimate | null>;
  rssBytes: PerTier;
  bytesPerRequest: Record<'sent' | 'received', Estimate | null>;
  storeCommandsPerRequest: Estimate | null;
  /** What limited most of the rounds; null without a valid trial. */
  limit: Limit | null;
}

export function summarise({ config, trials }: Pick<Result, 'config' | 'trials'>): Summary[] {
  const tiers = tiersOfTable(trials);
  return conditionsOf(config).map((condition) =>
    summariseTrials(condition, trialsOf(condition, trials), tiers),
  );
}

function summariseTrials(condition: Condition, trials: Trial[], tiers: readonly Tier[]): Summary {
  const valid = trials.filter((trial) => trial.valid);
  const estimate = (of: (trial: Trial) => number | null | undefined): Estimate | null => {
    const values = valid.map(of).filter((value) => typeof value === 'number');
    return values.length > 0 ? meanWithInterval(values) : null;
  };
  const perTier = (field: 'cpuMicrosecondsPerRequest' | 'rssBytes'): PerTier =>
    Object.fromEntries(tiers.map(({ id }) => [id, estimate((trial) => trial[field][id])]));
  const latency = (name: keyof NonNullable<Trial['latencyMs']>) =>
    estimate((trial) => trial.latencyMs?.[name]);
  return {
    ...condition,
    validRounds: valid.length,
    invalidRounds: trials.length - valid.length,
    throughputRps: estimate((trial) => trial.throughputRps),
    cpuMicrosecondsPerRequest: perTier('cpuMicrosecondsPerRequest'),
    serverCpuMicrosecondsPerRequest: estimate(serverCpuMicroseconds),
    latencyMs: {
      mean: latency('mean'),
      p50: latency('p50'),
      p90: latency('p90'),
      p95: latency('p95'),
      p99: latency('p99'),
      p999: latency('p999'),
      max: latency('max'),
    },
    rssBytes: perTier('rssBytes'),
    bytesPerRequest: {
      sent: estimate((trial) => trial.bytesPerRequest.sent),
      received: estimate((trial) => trial.bytesPerRequest.received),
    },
    storeCommandsPerRequest: estimate((trial) => trial.storeCommandsPerRequest),
    limit: mostCommonLimit(valid.map(limitOf)),
  };
}

function mostCommonLimit(limits: Limit[]): Limit | null {
  const byCode = new Map<string, Limit[]>();
  for (const limit of limits) byCode.set(limit.code, [...(byCode.get(limit.code) ?? []), limit]);
  const [most] = [...byCode.values()].sort((a, b) => b.length - a.length);
  return most?.[0] ?? null;
}
