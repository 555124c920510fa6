/**
 * How long a station works on one request: a mean that was measured, and a spread that is assumed.
 */
import type { Random } from '../model/random.js';
import { type Complex, ONE, over } from './complex.js';

export interface ServiceTime {
  meanSeconds: number;
  /** Variance over the square of the mean: 0 for a constant, 1 for the exponential distribution. */
  squaredVariation: number;
  /** No request takes less. The rest has a distribution without a jump. */
  leastSeconds: number;
  /** Laplace transform of the time above `leastSeconds`. */
  transformAboveLeast(s: Complex): Complex;
  sample(random: Random): number;
}

/** Every request takes the same time: the favourable end of what to expect. */
export function constantTime(meanSeconds: number): ServiceTime {
  return {
    meanSeconds,
    squaredVariation: 0,
    leastSeconds: meanSeconds,
    transformAboveLeast: () => ONE,
    sample: () => meanSeconds,
  };
}

/** Many short requests, few long ones: the standard cautious assumption. */
export function exponentialTime(meanSeconds: number): ServiceTime {
  return {
    meanSeconds,
    squaredVariation: 1,
    leastSeconds: 0,
    transformAboveLeast: (s) => over(ONE, { re: 1 + s.re * meanSeconds, im: s.im * meanSeconds }),
    // 1 - random() is never 0.
    sample: (random) => -meanSeconds * Math.log(1 - random()),
  };
}
