/** Does throughput climb or fall while we look? A straight line through the slices of a window. */
import tQuantile from '@stdlib/stats-base-dists-t-quantile';

export interface Slope {
  /** Change from the first slice to the last along the line, as a share of the mean. */
  drift: number;
  /** The slope differs from 0 at the 1 % level, so the drift is more than the noise of slices. */
  significant: boolean;
}

/**
 * Least squares over equally long slices (Draper and Smith, Applied Regression Analysis, ch. 1).
 *
 * @returns null below 3 slices, or when nothing was measured
 */
export function slopeOf(slices: readonly number[]): Slope | null {
  const n = slices.length;
  const mean = slices.reduce((sum, value) => sum + value, 0) / n;
  if (n < 3 || !(mean > 0)) return null;
  const middle = (n - 1) / 2;
  const spread = slices.reduce((sum, _, index) => sum + (index - middle) ** 2, 0);
  const slope =
    slices.reduce((sum, value, index) => sum + (index - middle) * (value - mean), 0) / spread;
  const unexplained = slices.reduce(
    (sum, value, index) => sum + (value - mean - slope * (index - middle)) ** 2,
    0,
  );
  const standardError = Math.sqrt(unexplained / (n - 2) / spread);
  return {
    drift: (slope * (n - 1)) / mean,
    significant: Math.abs(slope) > tQuantile(0.995, n - 2) * standardError,
  };
}
