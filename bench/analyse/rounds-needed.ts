/**
 * How many rounds would turn an "unsure" into a verdict, from the ratios of the rounds there are.
 *
 * Planning with t instead of the normal distribution: the quantile depends on the number sought, so it is
 * searched from below. Source: NIST/SEMATECH e-Handbook of Statistical Methods, section 7.2.2.2; for
 * equality: Julious, Sample sizes for clinical trials with normal data, Statistics in Medicine 23 (2004).
 */
import tQuantile from '@stdlib/stats-base-dists-t-quantile';
import type { Comparison } from '../model/result-schema.js';
import { type PooledSpread, pooledSpread, varianceOf } from '../statistics/statistics.js';
import { verdictsOfPair } from './metrics.js';

/** Beyond, more rounds are no answer: the difference is too near to the edge, or the machine too noisy. */
export const MOST_ROUNDS = 200;
/** From two rounds the spread is a guess: a forecast of rounds would be one too. */
const FEWEST_ROUNDS = 3;
/** The chance that so many rounds do bring the verdict, if the ratio is what it seems. */
const POWER = 0.8;

export interface RoundsNeeded {
  /** In all, to tell the ratio from 1 for certain; null: more than MOST_ROUNDS. */
  difference: number | null;
  /** In all, to show it within the equivalence margin; null: more than MOST_ROUNDS, or it seems outside. */
  equality: number | null;
  /** The smaller of the two; null: so many rounds as MOST_ROUNDS would not tell. */
  verdict: number | null;
}

/**
 * An estimate: it takes the ratio and the spread seen so far for the true ones.
 *
 * @param comparison with a ratio; its verdict is usually "unsure"
 * @param alike the comparisons of the same metric and pair, this one included
 * @param calibrated what is known of this spread from before; counts as one more group of rounds
 * @returns null below three rounds (two, with what is known from before), which say too little of the spread
 */
export function roundsNeeded(
  comparison: Comparison,
  alike: readonly Comparison[],
  calibrated: PooledSpread | null = null,
): RoundsNeeded | null {
  const logs = logsOf(comparison);
  if (logs.length < (calibrated ? 2 : FEWEST_ROUNDS)) return null;
  const shared = withCalibrated(pooledSpread(alike.map(logsOf)), calibrated);
  const variance = Math.max(varianceOf(logs), shared?.variance ?? 0);
  const distance = Math.abs(logs.reduce((sum, log) => sum + log, 0) / logs.length);
  const room = Math.log(1 + comparison.equivalenceMargin) - distance;
  const degreesWith = (rounds: number) => alike.length * (rounds - 1);
  const difference = fewestRounds({
    variance,
    distance,
    confidence: 1 - 0.05 / verdictsOfPair(alike.length),
    power: POWER,
    degreesWith,
  });
  const equality = fewestRounds({
    variance,
    distance: room,
    confidence: 0.95,
    // Either end of the interval may leave the margin; each is given half of the risk.
    power: 1 - (1 - POWER) / 2,
    degreesWith,
  });
  const found = [difference, equality].filter((rounds) => rounds !== null);
  return { difference, equality, verdict: found.length > 0 ? Math.min(...found) : null };
}

export interface RoundsQuestion {
  /** Of the logarithm of the ratio, between rounds. */
  variance: number;
  /** That the interval's half-width must fall short of, as a logarithm. */
  distance: number;
  confidence: number;
  power: number;
  /** Degrees of freedom of the spread after so many rounds. */
  degreesWith?: (rounds: number) => number;
}

/** @returns null where MOST_ROUNDS do not suffice, and where the distance is not above 0 */
export function fewestRounds(question: RoundsQuestion): number | null {
  if (!(question.distance > 0)) return null;
  for (let rounds = 2; rounds <= MOST_ROUNDS; rounds++) {
    if (detectableDistance(rounds, question) <= question.distance) return rounds;
  }
  return null;
}

/** The smallest distance, as a logarithm, that so many rounds tell from 0 with the power asked for. */
export function detectableDistance(
  rounds: number,
  {
    variance,
    confidence,
    power,
    degreesWith = (count) => count - 1,
  }: Omit<RoundsQuestion, 'distance'>,
): number {
  const degrees = degreesWith(rounds);
  const quantiles = tQuantile(1 - (1 - confidence) / 2, degrees) + tQuantile(power, degrees);
  return quantiles * Math.sqrt(variance / rounds);
}

function logsOf({ ratios }: Comparison): number[] {
  return ratios.map(({ ratio }) => Math.log(ratio));
}

function withCalibrated(
  own: PooledSpread | null,
  calibrated: PooledSpread | null,
): PooledSpread | null {
  if (!own || !calibrated) return own ?? calibrated;
  const degrees = own.degrees + calibrated.degrees;
  return {
    variance: (own.variance * own.degrees + calibrated.variance * calibrated.degrees) / degrees,
    degrees,
  };
}
