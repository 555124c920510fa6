/** From the demands of a strategy to the load of its tiers. */
import type { Estimate } from '../statistics/statistics.js';
import type { Demands } from './demands.js';
import { plannedTiers, type SizedTier } from './planned-tiers.js';
import { type Range, rangeOf } from './range.js';
import type { Load } from './size.js';

export interface Cores {
  /** Cores of each instance and authority, and of each Redis; at most 1, as they have one thread. */
  instanceCores: number;
  redisCores: number;
}

/** Those that get work. */
export function tiersOf({ cpuMicrosecondsPerRequest: cpu }: Demands): SizedTier[] {
  return plannedTiers().filter(({ id }) => cpu[id] !== undefined);
}

export function cpuRange(
  { cpuMicrosecondsPerRequest: cpu }: Demands,
  { id }: SizedTier,
): Range & { high: number } {
  return rangeOf(cpu[id] as Estimate);
}

/** @param end which end of the demands */
export function loadOf(
  demands: Demands,
  cores: Cores,
  requestsPerSecond: number,
  end: keyof Range,
  serviceTime: Load['serviceTime'],
): Load {
  return {
    requestsPerSecond,
    serviceTime,
    work: tiersOf(demands).map((tier) => ({
      tier: tier.id,
      seconds: cpuRange(demands, tier)[end] / 1e6 / coresOf(tier, cores),
    })),
  };
}

/** Of one server of the tier. */
function coresOf({ planned: { coresFrom } }: SizedTier, cores: Cores): number {
  return coresFrom ? cores[coresFrom] : 1;
}
