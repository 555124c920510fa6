import type { Verdict } from '../model/result-schema.js';
import type { Metric } from './metrics.js';

/**
 * One word for a ratio with its intervals.
 *
 * - equal: the 95 % interval lies within the equivalence margin, so any difference is too small to matter.
 * - faster, slower: the simultaneous interval, which holds for all comparisons of the table at once,
 *   does not include 1. The plain interval would name a false winner in one comparison of twenty.
 * - unsure: neither. More rounds would tell.
 *
 * @param ratio candidate over baseline
 * @param equivalenceMargin 0.05: within 5 % (between 1/1.05 and 1.05) counts as equal
 */
export function verdictFor(
  better: Metric['better'],
  interval95: readonly [number, number] | null,
  simultaneousInterval: readonly [number, number] | null,
  equivalenceMargin: number,
): Verdict {
  if (!interval95 || !simultaneousInterval) return 'unsure';
  const [low, high] = interval95;
  if (low >= 1 / (1 + equivalenceMargin) && high <= 1 + equivalenceMargin) return 'equal';
  const [lowest, highest] = simultaneousInterval;
  if (lowest > 1) return better === 'higher' ? 'faster' : 'slower';
  if (highest < 1) return better === 'higher' ? 'slower' : 'faster';
  return 'unsure';
}
