/** What does a request cost? From the comparisons that were chosen before the run. */
import type { Result, Trial } from '../../model/result-schema.js';
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

/**
 * The trials behind the claims: of two variants, those of the rounds in which both are valid. A picture of others would
 * show other figures than the sentence beside it. The first variant has a claim for each other one, and stands as it does in the
 * first of them.
 */
export function trialsBehind(
  { trials }: Pick<Result, 'trials'>,
  claims: readonly Claim[],
): Trial[] {
  const isValidIn = (variant: string, { workload, round, instances }: Trial) =>
    trials.some(
      (trial) =>
        trial.valid &&
        trial.variant === variant &&
        trial.workload === workload &&
        trial.round === round &&
        trial.instances === instances,
    );
  return trials.filter((trial) => {
    const claim = claims.find(
      ({ workload, instances, baseline, candidate }) =>
        workload === trial.workload &&
        instances === trial.instances &&
        [baseline, candidate].includes(trial.variant),
    );
    if (!claim) return true;
    const other = claim.baseline === trial.variant ? claim.candidate : claim.baseline;
    return isValidIn(other, trial);
  });
}
