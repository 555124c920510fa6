/**
 * Means and intervals over rounds. The round is the unit of replication (n = rounds): requests and
 * seconds inside one trial share their processes and their moment, so they are not independent.
 */
import tQuantile from '@stdlib/stats-base-dists-t-quantile';

export interface Estimate {
  mean: number;
  /** null below two values: one value says nothing of the spread. */
  interval95: [number, number] | null;
  n: number;
}

/**
 * Arithmetic mean with its two-sided t interval.
 *
 * @param confidence for instance 0.95
 * Source: any textbook; NIST/SEMATECH e-Handbook of Statistical Methods, section 7.2.2.1.
 */
export function meanWithInterval(values: readonly number[], confidence = 0.95): Estimate {
  const n = values.length;
  if (n === 0) throw new RangeError('no values to take a mean of');
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (n === 1) return { mean, interval95: null, n };
  const half = tQuantile(1 - (1 - confidence) / 2, n - 1) * Math.sqrt(varianceOf(values) / n);
  return { mean, interval95: [mean - half, mean + half], n };
}

/** A spread that several groups of values share, with its degrees of freedom. */
export interface PooledSpread {
  variance: number;
  degrees: number;
}

/**
 * The variance within groups, pooled over them: the residual mean square of an analysis of variance.
 * Three values are too few to know their spread; four groups of three tell it four times as well.
 *
 * @returns null when no group has two values
 * Source: NIST/SEMATECH e-Handbook of Statistical Methods, section 7.4.3.4.
 */
export function pooledSpread(groups: readonly (readonly number[])[]): PooledSpread | null {
  const degrees = groups.reduce((sum, group) => sum + Math.max(0, group.length - 1), 0);
  if (degrees === 0) return null;
  const squares = groups
    .filter((group) => group.length > 1)
    .reduce((sum, group) => sum + varianceOf(group) * (group.length - 1), 0);
  return { variance: squares / degrees, degrees };
}

/**
 * Geometric mean of ratios with its t interval, taken on the logarithms: a ratio of 2 and one of
 * 1/2 are equally far from 1, and the interval stays positive.
 *
 * @param shared the spread of the logarithms over all groups. The larger of it and the ratios' own
 *   is used: a few values that happen to agree prove nothing, and a group noisier than the others
 *   keeps its own spread. Without it the ratios stand for themselves.
 */
export function ratioWithInterval(
  ratios: readonly number[],
  { confidence = 0.95, shared = null as PooledSpread | null } = {},
): Estimate {
  if (ratios.some((ratio) => !(ratio > 0 && Number.isFinite(ratio)))) {
    throw new RangeError('a ratio must be a positive, finite number');
  }
  const { mean, n, standardError, degrees } = meanOfLogs(ratios, shared);
  if (n === 1) return { mean: Math.exp(mean), interval95: null, n };
  const half = tQuantile(1 - (1 - confidence) / 2, degrees) * standardError;
  return { mean: Math.exp(mean), interval95: [Math.exp(mean - half), Math.exp(mean + half)], n };
}

/**
 * The chance that the true ratio is above 1, as far as these ratios tell: where the interval that ends at 1
 * has that confidence (a t distribution about their mean; before them, every ratio was as likely).
 *
 * @returns 0 to 1; null below two values
 */
export function chanceAboveOne(
  ratios: readonly number[],
  shared: PooledSpread | null,
): number | null {
  const { mean, n, standardError, degrees } = meanOfLogs(ratios, shared);
  if (n === 1) return null;
  if (standardError === 0) return mean === 0 ? 0.5 : mean > 0 ? 1 : 0;
  const distance = Math.abs(mean) / standardError;
  let [low, high] = [0.5, 1];
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (tQuantile(middle, degrees) < distance) low = middle;
    else high = middle;
  }
  return mean > 0 ? low : 1 - low;
}

function meanOfLogs(ratios: readonly number[], shared: PooledSpread | null) {
  const logs = ratios.map(Math.log);
  const { mean, n } = meanWithInterval(logs);
  const own =
    n === 1 ? { variance: 0, degrees: 0 } : { variance: varianceOf(logs), degrees: n - 1 };
  const variance = Math.max(own.variance, shared?.variance ?? 0);
  const degrees = Math.max(own.degrees, shared?.degrees ?? 0);
  return { mean, n, standardError: Math.sqrt(variance / n), degrees };
}

export function varianceOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}
