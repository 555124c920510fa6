/**
 * Two samples that share no rounds: the difference of their means, with an interval. Each sample
 * brings a spread of its own, so a run that was noisier than the other is no problem.
 */
import tQuantile from '@stdlib/stats-base-dists-t-quantile';
import { type PooledSpread, varianceOf } from './statistics.js';

export interface Difference {
  /** Of the means: second less first, in the samples' unit. */
  mean: number;
  standardError: number;
  /** Effective degrees of freedom; rarely a whole number. */
  degrees: number;
}

export interface Sample {
  values: readonly number[];
  /** What groups like this one scatter by; where it is larger than the sample's own spread, it is used. */
  shared: PooledSpread | null;
}

/**
 * @returns null when a sample has fewer than two values: then nothing is known of its spread
 * Source: Welch, The generalization of "Student's" problem when several different population variances
 * are involved, Biometrika 34 (1947); degrees of freedom: Satterthwaite, Biometrics Bulletin 2 (1946).
 */
export function welchDifference(first: Sample, second: Sample): Difference | null {
  if (first.values.length < 2 || second.values.length < 2) return null;
  const parts = [first, second].map(({ values, shared }) => ({
    square: Math.max(varianceOf(values), shared?.variance ?? 0) / values.length,
    degrees: Math.max(values.length - 1, shared?.degrees ?? 0),
  }));
  const square = parts.reduce((sum, part) => sum + part.square, 0);
  const degrees =
    square === 0
      ? parts.reduce((sum, part) => sum + part.degrees, 0)
      : square ** 2 / parts.reduce((sum, part) => sum + part.square ** 2 / part.degrees, 0);
  return {
    mean: mean(second.values) - mean(first.values),
    standardError: Math.sqrt(square),
    degrees,
  };
}

/** Two-sided t interval of a difference. @param confidence for instance 0.95 */
export function intervalOfDifference(
  { mean: middle, standardError, degrees }: Difference,
  confidence = 0.95,
): [number, number] {
  const half = tQuantile(1 - (1 - confidence) / 2, degrees) * standardError;
  return [middle - half, middle + half];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
