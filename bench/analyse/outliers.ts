/** Rounds that lie far from the others. They are flagged and never dropped. */

import { median } from '../statistics/quantile.js';

/** Below so many rounds a median says too little to call one of them strange. */
const MIN_ROUNDS = 5;
/** Iglewicz and Hoaglin, How to Detect and Handle Outliers (1993): modified z-score above 3.5. */
const LIMIT = 3.5;

/** @returns the rounds where the modified z-score (from median and median absolute deviation) is large */
export function outlierRounds(values: readonly { round: number; value: number }[]): number[] {
  if (values.length < MIN_ROUNDS) return [];
  const middle = median(values.map(({ value }) => value));
  const deviation = median(values.map(({ value }) => Math.abs(value - middle)));
  if (deviation === 0) return [];
  return values
    .filter(({ value }) => (0.6745 * Math.abs(value - middle)) / deviation > LIMIT)
    .map(({ round }) => round);
}
