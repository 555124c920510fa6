/** Rates of rounds -> one rate with its interval. Pure. */
import type { Sustained } from '../model/result-schema.js';
import { ratioWithInterval } from '../statistics/statistics.js';

/**
 * Rounds in which no rate met the objective say that the service cannot keep it for certain: then there
 * is no rate. Rates scatter in proportion, so the mean is taken on logarithms.
 */
export function summariseRounds(
  rounds: Sustained['rounds'],
): Pick<Sustained, 'rateRps' | 'interval95' | 'atLeast'> {
  const rates = rounds.flatMap(({ rateRps }) => (rateRps === null ? [] : [rateRps]));
  if (rates.length === 0 || rates.length < rounds.length) {
    return { rateRps: null, interval95: null, atLeast: false };
  }
  const { mean, interval95 } = ratioWithInterval(rates);
  return { rateRps: mean, interval95, atLeast: rounds.some((round) => round.atLeast) };
}
