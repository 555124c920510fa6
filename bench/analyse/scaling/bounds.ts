/**
 * Bounds on throughput that need nothing but demands: operational analysis.
 *
 * Sources: Denning and Buzen, "The Operational Analysis of Queueing Network Models", Computing
 * Surveys 10 (1978); Lazowska, Zahorjan, Graham and Sevcik, "Quantitative System Performance" (1984),
 * chapter 5 (bounds), table 5.2 for balanced systems with think time.
 */
import { maximumRate, queueOf, type Station, type ThinkSeconds } from './station.js';

export interface Bounds {
  lowRps: number;
  highRps: number;
}

/** The utilisation law: U = X * D, here as a share of what the station has. */
export function utilisationOf(station: Station, throughputRps: number): number {
  return throughputRps / maximumRate(station);
}

/** The station that saturates first; null where no request needs any. */
export function bottleneckOf<Named extends Station>(stations: readonly Named[]): Named | null {
  const [first] = [...stations].sort((a, b) => maximumRate(a) - maximumRate(b));
  return first && Number.isFinite(maximumRate(first)) ? first : null;
}

/**
 * X <= min(N / (D + Z), 1 / Dmax), and at worst every request queues behind all others at each
 * station: X >= N / (N D + Z).
 *
 * @param customers N: requests that are under way at once (connections of a closed loop)
 */
export function asymptoticBounds(
  stations: readonly Station[],
  customers: number,
  think: ThinkSeconds = 0,
): Bounds {
  const { total, delay } = sums(stations);
  const slowest = Math.min(...stations.map(maximumRate));
  return {
    lowRps: customers / (customers * total + delay + think),
    highRps: Math.min(slowest, customers / (total + delay + think)),
  };
}

/**
 * Tighter: a balanced system with the same mean demand is faster than any other, one with the
 * largest demand at every station slower. Stations with several cores enter as queueOf says, with
 * their delay in the think time.
 */
export function balancedJobBounds(
  stations: readonly Station[],
  customers: number,
  think: ThinkSeconds = 0,
): Bounds {
  const { total, delay, largest, queues } = sums(stations);
  const waiting = think + delay;
  if (total === 0) return asymptoticBounds(stations, customers, think);
  const others = customers - 1;
  const behindLargest = (others * largest) / (1 + waiting / (customers * total));
  const behindMean = (others * (total / queues)) / (1 + waiting / total);
  return {
    lowRps: customers / (total + waiting + behindLargest),
    highRps: Math.min(1 / largest, customers / (total + waiting + behindMean)),
  };
}

function sums(stations: readonly Station[]) {
  const queues = stations.map(queueOf);
  return {
    total: queues.reduce((sum, { serviceSeconds }) => sum + serviceSeconds, 0),
    delay: queues.reduce((sum, { delaySeconds }) => sum + delaySeconds, 0),
    largest: Math.max(0, ...queues.map(({ serviceSeconds, copies }) => serviceSeconds / copies)),
    queues: queues.reduce((sum, { copies }) => sum + copies, 0),
  };
}
