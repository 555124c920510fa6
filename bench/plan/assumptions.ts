/** What a plan takes for granted, in plain words: first what was measured, then what was not. */

import { tierOf } from '../model/tiers.js';
import { countOf } from '../text/count-of.js';
import { formatNumber, formatShare, listOf } from '../text/format.js';
import type { CapacityPlan, StrategyPlan } from './plan.js';
import { plannedTiers } from './planned-tiers.js';

export function assumptionsOf(plan: CapacityPlan): string[] {
  const { target, strategies, database } = plan;
  return [
    measured(strategies),
    `Service times are measured as means. Their spread is assumed: constant at the favourable end, exponential for the likely figure and at the unfavourable end. Longer pauses (garbage collection, a database that waits for its disk) are in neither.`,
    `The ends also take the 95 % intervals of the demands over rounds. Each demand at its worst at once is rarer than one in twenty.`,
    `Users act independently, so requests arrive at random (Poisson) at an even rate. Plan for the busiest minute: a burst is not in this.`,
    `Each request goes to an instance by chance, and each key to a shard by chance, so all are equally busy. A load balancer that goes round in turn waits less.`,
    `An instance uses ${coresOf(target.instanceCores)} and ${withOthers(strategies)}Redis shard ${coresOf(target.redisCores)}, of the same speed as the cores measured; what other threads of a process do counts as done on it. ${tierOf(database).label} is one queue before all its cores.`,
    `A request asks each tier once. The network between tiers, the load balancer and TLS are not in it: add a round trip for each question to a store.`,
    ...sharding(strategies),
    ...memory(plan),
    ...logins(plan),
    'No spare: add what must be able to fail, replicas of the stores, and room to deploy.',
  ];
}

function measured(strategies: readonly StrategyPlan[]): string {
  const { measuredAt, workload } = strategies[0]?.demands ?? {};
  const each = strategies.map(({ strategy, demands }) => {
    const { throughputRps, rounds, redisCores } = demands.measuredAt;
    const busy =
      demands.cpuMicrosecondsPerRequest.redis && redisCores !== null
        ? `, Redis ${formatShare(redisCores)} busy`
        : '';
    return `${strategy} (${formatNumber(throughputRps)} requests/s, ${countOf(rounds, 'round')}${busy})`;
  });
  return `CPU time per request, memory of an instance and bytes of ${workload} were measured at ${countOf(measuredAt?.instances ?? 0, 'instance')}: ${listOf(each)}. That is the largest number at which all have a valid trial: it loads Redis most, and Redis's cost per command falls with load, as more commands arrive together.`;
}

function coresOf(cores: number): string {
  return cores === 1 ? 'one core' : `${cores} of a core`;
}

/** "an authority as much, a ": what else has the cores of an instance. */
function withOthers(strategies: readonly StrategyPlan[]): string {
  const planned = strategies.flatMap(({ tiers }) => tiers.map(({ tier }) => tier));
  const others = plannedTiers().filter(
    ({ id, scope, planned: { coresFrom } }) =>
      scope !== 'instance' && coresFrom === 'instanceCores' && planned.includes(id),
  );
  return [...others.map(({ word }) => `${indefinite(word)} as much, `), 'a '].join('');
}

function indefinite(word: string): string {
  return `${/^[aeiou]/i.test(word) ? 'an' : 'a'} ${word}`;
}

function sharding(strategies: readonly StrategyPlan[]): string[] {
  const sharded = strategies.filter(({ tiers }) =>
    tiers.some(({ tier, servers }) => tier === 'redis' && servers.likely > 1),
  );
  if (sharded.length === 0) return [];
  return [
    `More than one Redis shard (${listOf(sharded.map(({ strategy }) => strategy))}) needs a client that keeps all keys of a user on one shard. The service as it stands has one Redis (docs/decisions/110).`,
  ];
}

function memory({ strategies, target }: CapacityPlan): string[] {
  const reasons = new Map<string, string[]>();
  for (const { strategy, loginMemory } of strategies) {
    reasons.set(loginMemory.reason, [...(reasons.get(loginMemory.reason) ?? []), strategy]);
  }
  const each = [...reasons].map(([reason, names]) => `${listOf(names)}: ${reason}`);
  return [
    `Memory of logins in Redis. ${each.join('. ')}. A login lives ${formatNumber(target.sessionMinutes)} minutes. Bytes: docs/performance.md. What Redis itself and its fragments take is not in it.`,
  ];
}

function logins({ strategies, target }: CapacityPlan): string[] {
  const without = strategies.filter(({ loginCores }) => loginCores === null);
  const spread = `Logins are spread evenly over the day: ${target.loginsPerUserDay} for each user. If most come within an hour, take many times the cores for logins.`;
  if (without.length === 0) return [spread];
  return [
    `CPU time of logins (password hashing) is not in it for ${listOf(without.map(({ strategy }) => strategy))}: the result has no valid trials of workload login.`,
    ...(without.length < strategies.length ? [spread] : []),
  ];
}
