/** What a run may say of two variants, and how sure it is. */
import type { Comparison } from '../../model/result-schema.js';

/**
 * - sure: the verdict holds together with all others that the answer rests on
 * - likely: the odds are at least nine to one
 * - cannot-tell: less, or too few rounds
 */
export type Certainty = 'sure' | 'likely' | 'cannot-tell';

/** Of an answer. Nobody has seen what is calculated, so there are no odds of it. */
export type Standing = Certainty | 'calculated';

export interface Claim {
  baseline: string;
  candidate: string;
  workload: string;
  instances: number;
  /** Of the candidate against the baseline. */
  relation: 'more' | 'less' | 'same';
  certainty: Certainty;
  /** Candidate over baseline. */
  ratio: number;
  interval95: readonly [number, number] | null;
  baselineMean: number;
  candidateMean: number;
  /** That the relation is as it says; null below two rounds. */
  chance: number | null;
  rounds: number;
}

const LIKELY = 0.9;

/** @returns null where no round has both */
export function claimOf(comparison: Comparison): Claim | null {
  const { ratio, interval95, verdict, rounds, baselineMean, candidateMean } = comparison;
  if (ratio === null || baselineMean === null || candidateMean === null) return null;
  const above = comparison.chanceAbove ?? null;
  const chance = above === null ? null : Math.max(above, 1 - above);
  const { baseline, candidate, workload, instances } = comparison;
  return {
    ...{ baseline, candidate, workload, instances, ratio, interval95, rounds },
    ...{ baselineMean, candidateMean, chance },
    relation: verdict === 'equal' ? 'same' : ratio >= 1 ? 'more' : 'less',
    certainty:
      verdict !== 'unsure'
        ? 'sure'
        : chance !== null && chance >= LIKELY
          ? 'likely'
          : 'cannot-tell',
  };
}

/** The least of them: an answer is as sure as what it rests on. */
export function leastCertain(certainties: readonly Certainty[]): Certainty {
  const order: readonly Certainty[] = ['cannot-tell', 'likely', 'sure'];
  return order.find((one) => certainties.includes(one)) ?? 'cannot-tell';
}
