/** Servers that answer after a known time: what a recorder of latency is tested on. */
import type { Random } from '../../model/random.js';

export interface KnownDelay {
  name: string;
  /** What the server waits before it answers a request, in milliseconds. */
  drawMs(random: Random): number;
  /** It stops altogether for `stopMs` at the beginning of every `everyMs`. */
  stops?: { everyMs: number; stopMs: number };
}

const EXPONENTIAL_MEAN_MS = 20;
const LOGNORMAL_MEDIAN_MS = 10;
const LOGNORMAL_SIGMA = 1;

/** Answers at once: what is left is the way there and back, which all the others have too. */
export const NO_DELAY: KnownDelay = { name: 'at once', drawMs: () => 0 };

/** Short enough for a test. */
export const SHORT_STOPS: KnownDelay = {
  name: 'at once, but stops 0.2 s in 2',
  drawMs: () => 0,
  stops: { everyMs: 2000, stopMs: 200 },
};

export const KNOWN_DELAYS: readonly KnownDelay[] = [
  { name: 'constant 50 ms', drawMs: () => 50 },
  {
    name: 'exponential, mean 20 ms',
    drawMs: (random) => -Math.log(1 - random()) * EXPONENTIAL_MEAN_MS,
  },
  {
    name: 'lognormal, median 10 ms',
    drawMs: (random) => LOGNORMAL_MEDIAN_MS * Math.exp(LOGNORMAL_SIGMA * standardNormal(random)),
  },
  {
    name: 'at once, but stops 1 s in 10',
    drawMs: () => 0,
    stops: { everyMs: 10_000, stopMs: 1000 },
  },
];

/** @throws Error for a name that no delay has */
export function delayNamed(name: string | undefined): KnownDelay {
  const delay = [NO_DELAY, SHORT_STOPS, ...KNOWN_DELAYS].find((known) => known.name === name);
  if (!delay) throw new Error(`There is no delay named "${name}".`);
  return delay;
}

/** Box and Muller, A Note on the Generation of Random Normal Deviates, 1958. */
function standardNormal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/**
 * The latency from the plan that a share of the requests stays below, where a server that answers at once
 * stops for a while in each period and requests arrive evenly: what arrives in a stop waits for its end.
 */
export function quantileOfStops(
  { everyMs, stopMs }: NonNullable<KnownDelay['stops']>,
  share: number,
): number {
  const waitingShare = stopMs / everyMs;
  return Math.max(0, 1 - (1 - share) / waitingShare) * stopMs;
}
