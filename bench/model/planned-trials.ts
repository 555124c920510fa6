/**
 * Options and seed -> the ordered trials of a run. Pure: the same input gives the same order.
 */
import { armNames } from './arms.js';
import { seededRandom, shuffled } from './random.js';

export interface PlannedTrial {
  round: number;
  /** Name of the arm; "session#2" when a strategy is compared with itself. */
  strategy: string;
  workload: string;
  instances: number;
}

export interface PlanInput {
  strategies: readonly string[];
  workloads: readonly string[];
  instances: readonly number[];
  rounds: number;
  seed: number;
}

/**
 * A randomised complete block design: in each round the cells (workload and instances) come in a
 * shuffled order, and in each cell all strategies run side by side in turns, in a shuffled order. What
 * is compared stands close in time, so that the drift of a busy machine cancels in the ratio.
 */
export function planTrials(input: PlanInput): PlannedTrial[] {
  const random = seededRandom(input.seed);
  const arms = armNames(input.strategies);
  const cells = input.workloads.flatMap((workload) =>
    input.instances.map((instances) => ({ workload, instances })),
  );
  const rounds = Array.from({ length: input.rounds }, (_, index) => index + 1);
  return rounds.flatMap((round) =>
    shuffled(cells, random).flatMap((cell) =>
      shuffled(arms, random).map((strategy) => ({ round, strategy, ...cell })),
    ),
  );
}

/**
 * The blocks of an order: neighbours of the same round and cell, which run side by side.
 *
 * @param mostInstances a block with more is cut into several, of one strategy at least
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
      first.workload === trial.workload &&
      first.instances === trial.instances &&
      ((block?.length ?? 0) + 1) * trial.instances <= mostInstances;
    if (fits) block?.push(trial);
    else blocks.push([trial]);
  }
  return blocks;
}
