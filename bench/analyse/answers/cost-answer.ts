/** What does a request cost? From the comparisons that were chosen before the run. */
import type { Result } from '../../model/result-schema.js';
import { type Claim, claimOf } from './claim.js';

export interface CostAnswer {
  /** Of each workload, in the order of the plan: every other variant against the first. */
  claims: readonly Claim[];
}

/** @param plan of that question. @returns null where nothing can be claimed: no valid round has both variants */
export function answerCost(plan: Pick<Result, 'comparisons'>): CostAnswer | null {
  const claims = plan.comparisons
    .filter(({ family }) => family === 'headline')
    .flatMap((comparison) => claimOf(comparison) ?? []);
  return claims.length === 0 ? null : { claims };
}
