/**
 * The parts of a queueing network as operational analysis sees the service: stations that requests
 * visit, each held to some cores.
 */
export interface Station {
  /** The id of its tier. */
  name: string;
  /** CPU time of one request there, in seconds, whichever copy it visits. */
  demandSeconds: number;
  /** Cores of one copy. Below 1: it is held back, and a request takes demand / cores. */
  cores: number;
  /** Identical stations that share the requests evenly. */
  copies: number;
}

/** A part of a request's time in which it waits for nobody else: networks, timers, people. */
export type ThinkSeconds = number;

/** Requests per second that the station can answer at most. */
export function maximumRate({ demandSeconds, cores, copies }: Station): number {
  return demandSeconds > 0 ? (cores * copies) / demandSeconds : Number.POSITIVE_INFINITY;
}

/** A station as a queue with one server, and a delay where requests do not queue. */
export interface Queue {
  /** Seconds of the one server for a visit to one copy. */
  serviceSeconds: number;
  delaySeconds: number;
  copies: number;
}

/**
 * Seidmann's approximation: m servers of D seconds are one server of D/m and a delay of D(m-1)/m.
 * It is exact for a single request and at saturation. An exact recursion for several servers needs
 * the probability of an empty station as a difference of near numbers and loses its digits just
 * where stations are busy (Chandy and Sauer, 1980); the demands put in have errors of percents.
 *
 * Source: Seidmann, Schweitzer, Shalev-Oren, "Computerized closed queueing network models of
 * flexible manufacturing systems", Large Scale Systems 12 (1987).
 */
export function queueOf({ demandSeconds, cores, copies }: Station): Queue {
  return {
    serviceSeconds: demandSeconds / cores,
    delaySeconds: demandSeconds * Math.max(0, 1 - 1 / cores),
    copies,
  };
}
