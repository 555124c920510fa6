/**
 * Options and seed -> the ordered trials of a run. Pure: the same input gives the same order.
 */
import type { Condition } from './condition.js';
import { seededRandom, shuffled } from './random.js';
import { isSameScenario, type ScenarioPlan, scenariosOf } from './scenario.js';
import type { Variant } from './variant.js';

/** One condition in one round. */
export interface PlannedTrial extends Condition {
  round: number;
}

export interface PlanInput extends ScenarioPlan {
  variants: readonly Variant[];
  rounds: number;
  seed: number;
}

/**
 * A randomised complete block design: in each round the scenarios come in a shuffled order, and in each
 * scenario the windows of all variants alternate, in a shuffled order. What is compared stands close in
 * time, so that the drift of a busy machine cancels in the ratio.
 */
export function planTrials(input: PlanInput): PlannedTrial[] {
  const random = seededRandom(input.seed);
  const scenarios = scenariosOf(input);
  const rounds = Array.from({ length: input.rounds }, (_, index) => index + 1);
  return rounds.flatMap((round) =>
    shuffled(scenarios, random).flatMap((scenario) =>
      shuffled(input.variants, random).map(({ id }) => ({ round, variant: id, ...scenario })),
    ),
  );
}

/** The blocks of an order: neighbours of the same round and scenario, which run side by side. */
export function blocksOf(order: readonly PlannedTrial[]): PlannedTrial[][] {
  return runsOf(
    order,
    ([first], trial) => first.round === trial.round && isSameScenario(first, trial),
  );
}

/**
 * Neighbours that the same processes serve: of one round unless told, and behind a web tier of one number of
 * instances, since it spreads its requests over all that it knows.
 *
 * @param mostInstances that run at once; never less than those of one trial
 * @param fleetsServe 'plan': the processes of the first round serve the others too
 */
export function sharedOf(
  order: readonly PlannedTrial[],
  { mostInstances = Number.POSITIVE_INFINITY, fleetsServe = 'round' as 'round' | 'plan' } = {},
): PlannedTrial[][] {
  return runsOf(order, (shared, trial) => {
    const [first] = shared;
    return (
      (fleetsServe === 'plan' || first.round === trial.round) &&
      first.topology === trial.topology &&
      (trial.topology === 'direct' || first.instances === trial.instances) &&
      instancesOf([...shared, trial]) <= mostInstances
    );
  });
}

/** As many as the largest trial of each variant has. */
function instancesOf(shared: readonly PlannedTrial[]): number {
  const most = new Map<string, number>();
  for (const { variant, instances } of shared) {
    most.set(variant, Math.max(instances, most.get(variant) ?? 0));
  }
  return [...most.values()].reduce((sum, each) => sum + each, 0);
}

function runsOf(
  order: readonly PlannedTrial[],
  belongs: (run: readonly [PlannedTrial, ...PlannedTrial[]], trial: PlannedTrial) => boolean,
): PlannedTrial[][] {
  const runs: [PlannedTrial, ...PlannedTrial[]][] = [];
  for (const trial of order) {
    const run = runs.at(-1);
    if (run && belongs(run, trial)) run.push(trial);
    else runs.push([trial]);
  }
  return runs;
}
