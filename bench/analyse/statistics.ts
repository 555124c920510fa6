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
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  const half = tQuantile(1 - (1 - confidence) / 2, n - 1) * Math.sqrt(variance / n);
  return { mean, interval95: [mean - half, mean + half], n };
}

/**
 * Geometric mean of ratios with its t interval, taken on the logarithms: a ratio of 2 and one of
 * 1/2 are equally far from 1, and the interval stays positive.
 */
export function ratioWithInterval(ratios: readonly number[], confidence = 0.95): Estimate {
  if (ratios.some((ratio) => !(ratio > 0 && Number.isFinite(ratio)))) {
    throw new RangeError('a ratio must be a positive, finite number');
  }
  const logs = meanWithInterval(ratios.map(Math.log), confidence);
  return {
    mean: Math.exp(logs.mean),
    interval95: logs.interval95 && [Math.exp(logs.interval95[0]), Math.exp(logs.interval95[1])],
    n: logs.n,
  };
}
