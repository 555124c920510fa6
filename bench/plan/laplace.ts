/**
 * From the Laplace transform of a time's distribution back to its tail, and from the tail to a percentile.
 */
import { type Complex, minus, ONE, over } from './complex.js';

/** E[exp(-sT)] of a time T >= 0 in seconds, for complex s. */
export type Transform = (s: Complex) => Complex;

const DISCRETISATION = 18.4;
const TERMS = 38;
const AVERAGED = 11;

/**
 * P(T > seconds). The error is about 1e-8 where the tail is smooth, and up to a few thousandths beside
 * a kink.
 *
 * @param seconds above 0
 * Source: J. Abate and W. Whitt, Numerical inversion of Laplace transforms of probability
 * distributions, ORSA Journal on Computing 7 (1995), 36-43: the algorithm EULER.
 */
export function tailProbability(transform: Transform, seconds: number): number {
  const tailAt = (term: number): number => {
    const s = { re: DISCRETISATION / (2 * seconds), im: (term * Math.PI) / seconds };
    return over(minus(ONE, transform(s)), s).re;
  };
  const factor = Math.exp(DISCRETISATION / 2) / seconds;
  let sum = (factor / 2) * tailAt(0);
  let average = 0;
  let weight = 2 ** -AVERAGED;
  for (let term = 1; term <= TERMS + AVERAGED; term++) {
    sum += factor * (term % 2 === 0 ? 1 : -1) * tailAt(term);
    if (term < TERMS) continue;
    const drawn = term - TERMS;
    average += weight * sum;
    weight *= (AVERAGED - drawn) / (drawn + 1);
  }
  return Math.min(1, Math.max(0, average));
}

/**
 * The time that a share of all times does not exceed, in seconds, to one part in a million.
 *
 * @param share for instance 0.99
 * @param scale a time of the right order, in seconds: where the search begins
 */
export function percentileOf(transform: Transform, share: number, scale: number): number {
  const exceeds = (seconds: number) => tailProbability(transform, seconds) > 1 - share;
  let high = scale;
  while (exceeds(high)) high *= 2;
  let low = 0;
  while (high - low > high * 1e-6 && high > scale * 1e-6) {
    const middle = (low + high) / 2;
    if (exceeds(middle)) low = middle;
    else high = middle;
  }
  return high;
}
