import { validTrialsOf } from '../../analyse/cells.js';
import type { Comparison, Trial } from '../../model/result-schema.js';

/** Why its figures differ from those of the other tables. */
export const SHARED_ROUNDS = 'in the rounds that both have';

/** Whether a side has valid rounds that the comparison leaves out, since the other side has none then. */
export function leavesRoundsOut(cell: Comparison, trials: readonly Trial[]): boolean {
  return [cell.baseline, cell.candidate].some((strategy) => {
    return validTrialsOf({ ...cell, strategy }, trials).length > cell.rounds;
  });
}
