/**
 * A discrete-event simulation of the open system: the same stations as the calculation, without its
 * assumptions that stations are independent and that their arrivals are Poisson.
 */
import TinyQueue from 'tinyqueue';
import { type Random, seededRandom } from '../model/random.js';
import type { OpenSystem, Station } from './station.js';

export interface SimulationLength {
  /** Requests that are counted. */
  requests: number;
  /** Requests before them, which fill the queues. */
  warmUpRequests: number;
}

export interface SimulatedSystem {
  /** Ascending, in milliseconds. */
  responseTimesMs: Float64Array;
  meanMs: number;
  /** Busy share of the servers of each station, in the order of the stations. */
  utilisation: number[];
  events: number;
}

/** A request reaches a station, or after the last one its end. */
interface Arrival {
  atSeconds: number;
  station: number;
  arrivedSeconds: number;
  counted: boolean;
}

/** Until when each server of a queue is taken; servers take requests in the order they arrive. */
type FreeServers = TinyQueue<number>;

/**
 * One replication. The same seed gives the same numbers.
 *
 * Every request that arrived in the counted part is counted, also if it ends after later ones.
 */
export function simulate(
  { arrivalsPerSecond, stations }: OpenSystem,
  { requests, warmUpRequests }: SimulationLength,
  seed: number,
): SimulatedSystem {
  const random = seededRandom(seed);
  const queues = stations.map(idleQueues);
  const busySeconds = stations.map(() => 0);
  const responseTimesMs = new Float64Array(requests);
  const future = new TinyQueue<Arrival>([], (a, b) => a.atSeconds - b.atSeconds);
  const events = (requests + warmUpRequests) * (stations.length + 1);
  let arrived = 0;
  let done = 0;
  let beginSeconds = 0;
  let endSeconds = 0;

  const arriveNext = (after: number): void => {
    const atSeconds = after + exponentialGap(arrivalsPerSecond, random);
    const counted = arrived >= warmUpRequests;
    if (arrived === warmUpRequests) beginSeconds = atSeconds;
    arrived += 1;
    endSeconds = atSeconds;
    future.push({ atSeconds, station: 0, arrivedSeconds: atSeconds, counted });
  };

  arriveNext(0);
  for (let event = future.pop(); event !== undefined; event = future.pop()) {
    if (event.station === 0 && arrived < requests + warmUpRequests) arriveNext(event.atSeconds);
    const station = stations[event.station];
    if (station === undefined) {
      if (event.counted) responseTimesMs[done++] = (event.atSeconds - event.arrivedSeconds) * 1000;
      continue;
    }
    const seconds = station.service.sample(random);
    const queue = queues[event.station]?.[Math.floor(random() * station.queues)] as FreeServers;
    const begins = Math.max(event.atSeconds, queue.pop() as number);
    queue.push(begins + seconds);
    if (event.counted) busySeconds[event.station] = (busySeconds[event.station] ?? 0) + seconds;
    future.push({ ...event, atSeconds: begins + seconds, station: event.station + 1 });
  }
  return {
    responseTimesMs: responseTimesMs.sort(),
    meanMs: responseTimesMs.reduce((total, each) => total + each, 0) / requests,
    utilisation: stations.map(
      ({ queues: count, serversPerQueue }, index) =>
        (busySeconds[index] ?? 0) / ((endSeconds - beginSeconds) * count * serversPerQueue),
    ),
    events,
  };
}

function idleQueues({ queues, serversPerQueue }: Station): FreeServers[] {
  return Array.from({ length: queues }, () => new TinyQueue(new Array(serversPerQueue).fill(0)));
}

function exponentialGap(perSecond: number, random: Random): number {
  return -Math.log(1 - random()) / perSecond;
}
