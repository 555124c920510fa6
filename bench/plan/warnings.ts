/** What makes a plan less trustworthy than it looks, as data with advice. */

import type { Warning } from '../model/result-schema.js';
import { formatNumber, formatShare } from '../text/format.js';
import { LARGEST_DIFFERENCE, type StrategyCheck } from './check.js';
import type { CapacityPlan, StrategyPlan } from './plan.js';

export function warningsOfPlan(
  { strategies, target }: CapacityPlan,
  checks: readonly StrategyCheck[],
): Warning[] {
  return [
    ...checks.flatMap(differences),
    ...strategies.flatMap((plan) => [
      ...oneRound(plan),
      ...unmeasured(plan),
      ...unknown(plan),
      ...lightRedis(plan, target.ceiling),
    ]),
  ];
}

function differences({ strategy, spread, check }: StrategyCheck): Warning[] {
  return check.figures
    .filter(({ difference }) => Math.abs(difference) > LARGEST_DIFFERENCE)
    .map(({ name, calculated, simulated }) => ({
      code: 'simulation-differs',
      message: `${strategy}: with ${spread} service times the simulation gives ${name} ${formatNumber(simulated.mean)}, the calculation ${formatNumber(calculated)}. Trust the larger, or lower --utilisation.`,
    }));
}

function oneRound({ strategy, demands }: StrategyPlan): Warning[] {
  if (demands.measuredAt.rounds > 1) return [];
  return [
    {
      code: 'one-round',
      message: `${strategy} has one valid round, so its range knows nothing of how rounds differ. Measure with --rounds 5.`,
    },
  ];
}

function unmeasured({ strategy, demands }: StrategyPlan): Warning[] {
  return demands.notMeasured.map((tier) => ({
    code: 'tier-not-measured',
    message: `${strategy}: the CPU time of ${tier} was not measured, so the plan has none of it, and response times are too short.`,
  }));
}

function unknown({ strategy, demands }: StrategyPlan): Warning[] {
  return demands.notKnown.map((tier) => ({
    code: 'tier-not-known',
    message: `${strategy}: this lab does not know the tier ${tier}, so the plan has none of it, and response times are too short. Plan with the lab that measured.`,
  }));
}

/** A Redis that was hardly busy got its commands one by one. */
function lightRedis({ strategy, demands, tiers }: StrategyPlan, ceiling: number): Warning[] {
  const { redisCores } = demands.measuredAt;
  const planned = tiers.some(({ tier }) => tier === 'redis');
  if (!planned || redisCores === null || redisCores >= ceiling / 2) return [];
  return [
    {
      code: 'redis-lightly-loaded',
      message: `${strategy}: Redis was ${formatShare(redisCores)} busy when measured, and each shard is planned for up to ${formatShare(ceiling)}. A command costs less there, so fewer shards will probably do.`,
    },
  ];
}
