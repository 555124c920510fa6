/**
 * Mean value analysis of closed queueing networks: how throughput and waiting follow from demands
 * and the number of requests under way.
 *
 * Source: Reiser and Lavenberg, "Mean-Value Analysis of Closed Multichain Queuing Networks", Journal
 * of the ACM 27 (1980); Lazowska et al. (1984), chapter 6.
 */
import { queueOf, type Station, type ThinkSeconds } from './station.js';

export interface NetworkState {
  throughputRps: number;
  /** Mean time of a request in the network, without think time. */
  responseSeconds: number;
}

/**
 * The exact recursion for one class of requests: a request that arrives sees the network as it is
 * with one request less. Each request chooses a copy of a station by chance.
 *
 * @param customers requests under way at once, a whole number from 0
 */
export function meanValueAnalysis(
  stations: readonly Station[],
  customers: number,
  think: ThinkSeconds = 0,
): NetworkState {
  const queues = stations.map(queueOf);
  const lengths = queues.map(() => 0);
  let state: NetworkState = { throughputRps: 0, responseSeconds: 0 };
  for (let present = 1; present <= customers; present++) {
    const residences = queues.map(
      ({ serviceSeconds, copies }, index) =>
        (serviceSeconds / copies) * (1 + (lengths[index] ?? 0)),
    );
    const responseSeconds = queues.reduce(
      (sum, { delaySeconds, copies }, index) =>
        sum + delaySeconds + copies * (residences[index] ?? 0),
      0,
    );
    const throughputRps = present / (responseSeconds + think);
    for (const [index, residence] of residences.entries()) {
      lengths[index] = throughputRps * residence;
    }
    state = { throughputRps, responseSeconds };
  }
  return state;
}

/**
 * The same for connections that each belong to one copy of every station for good, as the lab's
 * connections belong to one instance and one load worker. Chance would leave some instance without work
 * now and then; a fixed share does not, and with many instances that is a difference of a tenth.
 *
 * Each connection is a class of its own, too many for the exact recursion, so a request is taken to
 * see the others as they are on average (Schweitzer's approximation). All connections are alike, so
 * one equation in the time T of a cycle is left: T = Z + sum of s / (1 - s (n - 1) / T), where n of the
 * connections share a copy. Its right side falls and its left side rises, so it has one solution.
 *
 * Source: Schweitzer, "Approximate analysis of multiclass closed networks of queues" (1979); Bard
 * (1979); Lazowska et al. (1984), section 7.4.2.
 */
export function fixedConnections(
  stations: readonly Station[],
  connections: number,
  think: ThinkSeconds = 0,
): NetworkState {
  const queues = stations
    .map(queueOf)
    .filter(({ serviceSeconds }) => serviceSeconds > 0)
    .map((queue) => ({ ...queue, others: Math.max(0, connections / queue.copies - 1) }));
  const waiting = think + queues.reduce((sum, { delaySeconds }) => sum + delaySeconds, 0);
  const cycleOf = (cycle: number) =>
    queues.reduce(
      (sum, { serviceSeconds, others }) =>
        sum + serviceSeconds / (1 - (serviceSeconds * others) / cycle),
      waiting,
    );
  let low = Math.max(...queues.map(({ serviceSeconds, others }) => serviceSeconds * others), 0);
  let high = queues.reduce(
    (sum, { serviceSeconds, others }) => sum + serviceSeconds * (others + 1),
    waiting,
  );
  // Halving to the last digit: 60 steps from any start.
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (cycleOf(middle) > middle) low = middle;
    else high = middle;
  }
  return { throughputRps: connections / high, responseSeconds: high - think };
}
