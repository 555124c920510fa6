/** From the demands of a strategy to the load of its tiers. */
import { type Demands, TIERS, type Tier } from './demands.js';
import { type Range, rangeOf } from './range.js';
import type { Load } from './size.js';

export interface Cores {
  /** Cores of each instance and authority, and of each Redis; at most 1, as they have one thread. */
  instanceCores: number;
  redisCores: number;
}

export function tiersOf({ cpuMicrosecondsPerRequest: cpu }: Demands): Tier[] {
  return TIERS.filter((tier) => cpu[tier] !== undefined);
}

export function cpuRange(
  { cpuMicrosecondsPerRequest: cpu }: Demands,
  tier: Tier,
): Range & { high: number } {
  return rangeOf(cpu[tier] as NonNullable<(typeof cpu)[Tier]>);
}

/** @param end which end of the demands */
export function loadOf(
  demands: Demands,
  { instanceCores, redisCores }: Cores,
  requestsPerSecond: number,
  end: keyof Range,
  serviceTime: Load['serviceTime'],
): Load {
  const cores = {
    application: instanceCores,
    authority: instanceCores,
    redis: redisCores,
    postgres: 1,
    mariadb: 1,
  };
  return {
    requestsPerSecond,
    serviceTime,
    work: tiersOf(demands).map((tier) => ({
      tier,
      seconds: cpuRange(demands, tier)[end] / 1e6 / cores[tier],
    })),
  };
}
