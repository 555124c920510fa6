/**
 * Finds the highest rate that a try calls met. It knows nothing of servers: whoever calls brings the try.
 */

/** `invalid`: the try was no measurement. */
export type Outcome = 'met' | 'missed' | 'invalid';
export type TryRate = (rateRps: number) => Promise<Outcome>;

export interface SearchBounds {
  fromRps: number;
  toRps: number;
  /** The search ends when the lowest missed rate is at most so many times the highest met one. */
  resolution: number;
}

export interface Found {
  /** The highest rate that was met; null: none was. */
  rateRps: number | null;
  /** No higher rate was seen to miss, so it may be more. */
  atLeast: boolean;
}

const GROWTH = 2;
/** Below this there are too few requests to speak of percentiles. */
const LOWEST_RPS = 1;
/** A busy moment of the machine must not end the search: what is no measurement is tried again. */
const TRIES_OF_INVALID = 3;
/** Confirming walks from rate to rate; further than this from where it began, the search was wrong. */
const MOST_STEPS = 10;

/**
 * Coarse, then fine: doubles the rate until the objective is missed, then halves the ratio between the
 * highest met and the lowest missed rate. A miss that ends the doubling must be seen twice.
 */
export async function searchRate(tryRate: TryRate, bounds: SearchBounds): Promise<Found> {
  const attempt = withRetries(tryRate);
  const { resolution, toRps } = bounds;
  let met: number | null = null;
  let failed: { rateRps: number; outcome: Outcome } | null = null;
  for (
    let rateRps = Math.min(bounds.fromRps, toRps);
    ;
    rateRps = Math.min(rateRps * GROWTH, toRps)
  ) {
    let outcome = await attempt(rateRps);
    if (outcome === 'missed') outcome = await attempt(rateRps);
    if (outcome !== 'met') {
      failed = { rateRps, outcome };
      break;
    }
    met = rateRps;
    if (rateRps >= toRps) return { rateRps: met, atLeast: true };
  }
  while (met === null && failed.rateRps / GROWTH >= LOWEST_RPS) {
    const rateRps: number = failed.rateRps / GROWTH;
    const outcome = await attempt(rateRps);
    if (outcome === 'met') met = rateRps;
    else failed = { rateRps, outcome };
  }
  if (met === null) return { rateRps: null, atLeast: false };
  while (failed.rateRps / met > resolution) {
    const rateRps: number = Math.sqrt(failed.rateRps * met);
    const outcome = await attempt(rateRps);
    if (outcome === 'met') met = rateRps;
    else failed = { rateRps, outcome };
  }
  return { rateRps: met, atLeast: failed.outcome === 'invalid' };
}

/** Walks up from a rate that is met, or down from one that is not, in steps of the resolution. */
export async function confirmRate(
  tryRate: TryRate,
  startRps: number,
  { resolution, toRps }: Omit<SearchBounds, 'fromRps'>,
): Promise<Found> {
  const attempt = withRetries(tryRate);
  const first = await attempt(startRps);
  const up = first === 'met';
  let met = up ? startRps : null;
  let missedAbove = first === 'missed';
  for (let step = 1; step <= MOST_STEPS; step++) {
    const rateRps = startRps * resolution ** (up ? step : -step);
    if (rateRps > toRps) break;
    const outcome = await attempt(rateRps);
    if (outcome === 'met') {
      met = rateRps;
      if (!up) break;
    } else {
      missedAbove = outcome === 'missed';
      if (up) break;
    }
  }
  return { rateRps: met, atLeast: met !== null && !missedAbove };
}

function withRetries(tryRate: TryRate): TryRate {
  return async (rateRps) => {
    let outcome: Outcome = 'invalid';
    for (let tries = 0; tries < TRIES_OF_INVALID && outcome === 'invalid'; tries++) {
      outcome = await tryRate(rateRps);
    }
    return outcome;
  };
}
