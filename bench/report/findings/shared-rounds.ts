import { validTrialsOf } from '../../model/condition.js';
import type { Comparison, Trial } from '../../model/result-schema.js';

/** Why its figures differ from those of the other tables. */
export const SHARED_ROUNDS = 'in the rounds that both have';

/** Whether a variant has valid rounds that the comparison leaves out, since the other has none then. */
export function leavesRoundsOut(comparison: Comparison, trials: readonly Trial[]): boolean {
  return [comparison.baseline, comparison.candidate].some((variant) => {
    return validTrialsOf({ ...comparison, variant }, trials).length > comparison.rounds;
  });
}
