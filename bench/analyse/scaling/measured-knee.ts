/**
 * The knee as the curve itself shows it: a rise in proportion to the instances up to a plateau,
 * X(N) = min(rate * N, plateau), fitted to the logarithms of throughput.
 *
 * For every place of the bend the two parts are means of logarithms, so the best fit is found by
 * trying each place. Source for segmented fits: Hudson, "Fitting Segmented Curves Whose Join Points
 * Have to Be Estimated", Journal of the American Statistical Association 61 (1966).
 */
import tQuantile from '@stdlib/stats-base-dists-t-quantile';
import type { Series } from './series.js';

export interface MeasuredKnee {
  instances: number;
  interval95: [number, number];
  plateauRps: number;
  /** Sum of the squares of the logarithmic residuals. */
  squares: number;
}

/** Logarithms, of one instance's rate and of the plateau. */
interface Segments {
  rate: number;
  plateau: number;
  squares: number;
  risingPoints: number;
  flatPoints: number;
}

const LEAST_COUNTS = 3;

/**
 * @returns null where a bend is not shown: too few numbers of instances, or a plain rise fits as well
 *   (F test at 5 %)
 */
export function measureKnee({
  trials,
  counts,
}: Pick<Series, 'trials' | 'counts'>): MeasuredKnee | null {
  const degrees = trials.length - 2;
  if (counts.length < LEAST_COUNTS || degrees < 1) return null;
  const points = trials.map(({ instances, throughputRps }) => ({
    size: Math.log(instances),
    value: Math.log(throughputRps),
  }));
  const [straight, ...bent] = counts.map((last) => segmentsOf(points, Math.log(last))).reverse();
  const [best] = bent.sort((a, b) => a.squares - b.squares);
  if (!straight || !best) return null;
  const variance = best.squares / degrees;
  const t = tQuantile(0.975, degrees);
  // F of one added parameter is the square of t.
  if (straight.squares - best.squares <= t ** 2 * variance) return null;
  const instances = Math.exp(best.plateau - best.rate);
  const factor = Math.exp(t * Math.sqrt(variance * (1 / best.risingPoints + 1 / best.flatPoints)));
  return {
    instances,
    interval95: [instances / factor, instances * factor],
    plateauRps: Math.exp(best.plateau),
    squares: best.squares,
  };
}

interface LogPoint {
  size: number;
  value: number;
}

/** @param last the size up to which throughput rises; after it there may be nothing */
function segmentsOf(points: readonly LogPoint[], last: number): Segments {
  const rising = points.filter(({ size }) => size <= last);
  const flat = points.filter(({ size }) => size > last);
  const rate = meanOf(rising.map(({ size, value }) => value - size));
  const plateau =
    flat.length > 0 ? meanOf(flat.map(({ value }) => value)) : Number.POSITIVE_INFINITY;
  const squares = points.reduce(
    (sum, { size, value }) => sum + (value - Math.min(rate + size, plateau)) ** 2,
    0,
  );
  return { rate, plateau, squares, risingPoints: rising.length, flatPoints: flat.length };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
