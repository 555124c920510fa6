/** When the requests of an open loop are to be sent: planned before the first of them is. */
import type { Random } from '../../model/random.js';

export const ARRIVALS = ['poisson', 'constant'] as const;
/** Poisson: independent users, gaps exponentially distributed. Constant: one equal gap. */
export type Arrivals = (typeof ARRIVALS)[number];

export interface OfferedLoad {
  arrivals: Arrivals;
  /** Requests per second, on average. */
  rateRps: number;
  /** A sender that gets to a request later than this has not kept its plan; 1 unless told. */
  lateAfterMs?: number;
}

export interface ArrivalSpan {
  fromMs: number;
  /** Excluded. */
  toMs: number;
  /** Which of several senders this is, from 0: constant arrivals of one stand between the others'. */
  sender?: number;
  senders?: number;
}

/**
 * Planned moments in rising order. Several senders share a rate: sums of independent Poisson
 * processes are one (Kingman, Poisson Processes, section 2.2), and constant gaps interleave.
 *
 * @param offered of all senders together
 */
export function planArrivals(offered: OfferedLoad, span: ArrivalSpan, random: Random): number[] {
  const { fromMs, toMs, sender = 0, senders = 1 } = span;
  const meanGapMs = (1000 * senders) / offered.rateRps;
  const gapMs =
    offered.arrivals === 'poisson'
      ? () => -Math.log(1 - random()) * meanGapMs
      : (index: number) => (index === 0 ? (sender / senders) * meanGapMs : meanGapMs);
  const plannedMs: number[] = [];
  for (let atMs = fromMs + gapMs(0); atMs < toMs; atMs += gapMs(plannedMs.length)) {
    plannedMs.push(atMs);
  }
  return plannedMs;
}
