/**
 * Two samples compared by ranks: no shape of distribution is assumed, and the outliers of a busy
 * machine weigh no more than other values.
 */

import { quantile } from './quantile.js';

export interface RankComparison {
  /** Mann-Whitney U of the first sample: pairs in which its value is the larger one; ties count half. */
  u: number;
  /** Two-sided p of "neither tends to be larger": normal approximation, corrected for ties. */
  p: number;
  /** U as a share of all pairs, the effect size: 0.5 when neither tends to be larger. */
  superiority: number;
  /** Hodges-Lehmann: the median of all differences, first minus second, in the samples' unit. */
  shift: number;
  /** Distribution-free interval of the shift. */
  interval95: [number, number];
}

const Z_95 = 1.959964;

/**
 * For samples of 10 values or more each: below that the normal approximation is poor.
 *
 * @throws RangeError for an empty sample
 * Source: Hollander and Wolfe, Nonparametric Statistical Methods (1973), sections 4.1 to 4.3.
 */
export function compareByRanks(
  first: readonly number[],
  second: readonly number[],
): RankComparison {
  const pairs = first.length * second.length;
  if (pairs === 0) throw new RangeError('no values to compare');
  const total = first.length + second.length;
  const differences = Float64Array.from(first.flatMap((a) => second.map((b) => a - b))).sort();
  const u = differences.reduce((sum, d) => sum + (d > 0 ? 1 : d === 0 ? 0.5 : 0), 0);

  const ties = tieSizes([...first, ...second]).reduce((sum, t) => sum + t ** 3 - t, 0);
  const variance = (pairs / 12) * (total + 1 - ties / (total * (total - 1)));
  const z = variance === 0 ? 0 : (u - pairs / 2) / Math.sqrt(variance);

  const margin = Math.max(1, Math.round(pairs / 2 - Z_95 * Math.sqrt((pairs * (total + 1)) / 12)));
  return {
    u,
    p: Math.min(1, 2 * upperTail(Math.abs(z))),
    superiority: u / pairs,
    shift: quantile(differences, 0.5),
    interval95: [differences[margin - 1] as number, differences[pairs - margin] as number],
  };
}

function tieSizes(values: readonly number[]): number[] {
  const sizes = new Map<number, number>();
  for (const value of values) sizes.set(value, (sizes.get(value) ?? 0) + 1);
  return [...sizes.values()];
}

/** P(Z > z) for z >= 0, to within 1.5e-7. Source: Abramowitz and Stegun (1964), 7.1.26. */
function upperTail(z: number): number {
  const x = z / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const polynomial =
    t *
    (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return (polynomial * Math.exp(-x * x)) / 2;
}
