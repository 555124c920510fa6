/**
 * How far the clock of another machine is from this one's, from questions and answers. Pure.
 *
 * The answer was given between the question and its arrival, so half of the round trip bounds the error, whatever
 * the way there and the way back have taken (Mills, RFC 5905, section 10). The exchange with the shortest round trip
 * knows the most; an older one knows less, since clocks drift.
 */

export interface ClockExchange {
  /** On this machine's clock. */
  askedMs: number;
  answeredMs: number;
  /** On the other one's, in between. */
  theirMs: number;
}

export interface ClockOffset {
  /** To be added to this machine's time. */
  offsetMs: number;
  uncertaintyMs: number;
  roundTripMs: number;
}

/** Two clocks may go apart by so much: a quartz is within 50 millionths, and there are two. */
const DRIFT = 100e-6;

/** @returns what the best exchange says at the moment given; null without one */
export function clockOffset(
  exchanges: readonly ClockExchange[],
  nowMs: number,
): ClockOffset | null {
  let best: ClockOffset | null = null;
  for (const { askedMs, answeredMs, theirMs } of exchanges) {
    const roundTripMs = answeredMs - askedMs;
    const uncertaintyMs = roundTripMs / 2 + DRIFT * Math.max(0, nowMs - answeredMs);
    if (best === null || uncertaintyMs < best.uncertaintyMs) {
      best = { offsetMs: theirMs - (askedMs + answeredMs) / 2, uncertaintyMs, roundTripMs };
    }
  }
  return best;
}
