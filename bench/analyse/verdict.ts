import type { Verdict } from '../model/result-schema.js';
import type { Metric } from './metrics.js';

/**
 * One word for a ratio with its intervals.
 *
 * - equal: the 95 % interval lies within the horizon, so any difference is too small to matter.
 * - faster, slower: the family interval, which holds for all cells of the table at once, leaves
 *   out 1. The plain interval would name a false winner in one cell of twenty.
 * - unsure: neither. More rounds would tell.
 *
 * @param ratio candidate over baseline
 * @param horizon 0.05: within 5 % (between 1/1.05 and 1.05) counts as equal
 */
export function verdictFor(
  better: Metric['better'],
  interval95: readonly [number, number] | null,
  familyInterval: readonly [number, number] | null,
  horizon: number,
): Verdict {
  if (!interval95 || !familyInterval) return 'unsure';
  const [low, high] = interval95;
  if (low >= 1 / (1 + horizon) && high <= 1 + horizon) return 'equal';
  const [familyLow, familyHigh] = familyInterval;
  if (familyLow > 1) return better === 'higher' ? 'faster' : 'slower';
  if (familyHigh < 1) return better === 'higher' ? 'slower' : 'faster';
  return 'unsure';
}
