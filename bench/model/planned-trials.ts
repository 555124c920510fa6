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

/**
 * The blocks of an order: neighbours of the same round and scenario, which run side by side.
 *
 * @param mostInstances a block with more is cut into several, of one variant at least
 */
export function blocksOf(
  order: readonly PlannedTrial[],
  mostInstances = Number.POSITIVE_INFINITY,
): PlannedTrial[][] {
  const blocks: PlannedTrial[][] = [];
  for (const trial of order) {
    const block = blocks.at(-1);
    const first = block?.[0];
    const fits =
      first !== undefined &&
      first.round === trial.round &&
      isSameScenario(first, trial) &&
      ((block?.length ?? 0) + 1) * trial.instances <= mostInstances;
    if (fits) block?.push(trial);
    else blocks.push([trial]);
  }
  return blocks;
}
