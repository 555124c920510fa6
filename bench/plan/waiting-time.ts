/**
 * The time a request waits at a station before a server takes it, if arrivals at the station are Poisson.
 */
import { type Complex, exponential, minus, ONE, over, plus, scaled, times } from './complex.js';
import type { Transform } from './laplace.js';
import type { ServiceTime } from './service-time.js';
import { type Station, utilisationOf } from './station.js';

export interface WaitingTime {
  meanSeconds: number;
  transform: Transform;
}

/** @param arrivalsPerSecond at the whole station. @throws RangeError for a utilisation of 1 or more */
export function waitingTime(station: Station, arrivalsPerSecond: number): WaitingTime {
  const utilisation = utilisationOf(station, arrivalsPerSecond);
  if (utilisation >= 1) throw new RangeError(`the queue of ${station.name} grows without end`);
  const perQueue = arrivalsPerSecond / station.queues;
  return station.serversPerQueue === 1
    ? oneServer(perQueue, station.service)
    : severalServers(station.serversPerQueue, utilisation, station.service);
}

/**
 * M/G/1: the formula of Pollaczek and Khinchine, exact.
 *
 * Source: L. Kleinrock, Queueing Systems I (1975), section 5.6 (mean) and 5.7 (transform).
 */
function oneServer(arrivalsPerSecond: number, service: ServiceTime): WaitingTime {
  const { meanSeconds, squaredVariation, leastSeconds } = service;
  const utilisation = arrivalsPerSecond * meanSeconds;
  return {
    meanSeconds: (utilisation * meanSeconds * (1 + squaredVariation)) / (2 * (1 - utilisation)),
    transform(s: Complex) {
      const least = exponential(scaled(s, -leastSeconds));
      const whole = times(least, service.transformAboveLeast(s));
      const inFlow = scaled(minus(ONE, whole), arrivalsPerSecond);
      return over(scaled(s, 1 - utilisation), minus(s, inFlow));
    },
  };
}

/**
 * M/G/c: exact for exponential service. For other spreads the wait of those who wait is shortened by
 * (1 + squared variation) / 2.
 *
 * Source: L. Kleinrock, Queueing Systems I (1975), section 3.5; A. M. Lee and P. A. Longton, Queueing
 * processes associated with airline passenger check-in, Operational Research Quarterly 10 (1959), 56-71.
 */
function severalServers(servers: number, utilisation: number, service: ServiceTime): WaitingTime {
  const { meanSeconds, squaredVariation } = service;
  const waits = erlangC(servers, utilisation * servers);
  const ifItWaits = (meanSeconds / (servers * (1 - utilisation))) * ((1 + squaredVariation) / 2);
  return {
    meanSeconds: waits * ifItWaits,
    transform: (s) =>
      plus({ re: 1 - waits, im: 0 }, over({ re: waits, im: 0 }, plus(ONE, scaled(s, ifItWaits)))),
  };
}

/**
 * The share of requests that find all servers busy.
 *
 * @param offeredLoad arrivals per second times mean service time, below the number of servers
 * Source: A. K. Erlang (1917); the recursion for his B formula loses no digits at any size.
 */
export function erlangC(servers: number, offeredLoad: number): number {
  let blocked = 1;
  for (let count = 1; count <= servers; count++) {
    blocked = (offeredLoad * blocked) / (count + offeredLoad * blocked);
  }
  const utilisation = offeredLoad / servers;
  return blocked / (1 - utilisation * (1 - blocked));
}
