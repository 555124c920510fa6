/**
 * A system as stations that every request passes one after the other. A station has equal queues, and
 * a request takes one of them by chance: instances behind a load balancer, shards that keys are
 * hashed to. A queue has one server or several (the cores of a database).
 */
import type { ServiceTime } from './service-time.js';

export interface Station {
  name: string;
  queues: number;
  serversPerQueue: number;
  service: ServiceTime;
}

/** An open system: requests arrive by themselves, however slow the answers are. */
export interface OpenSystem {
  arrivalsPerSecond: number;
  stations: readonly Station[];
}

/** Busy share of each server. 1 and above: the queue grows without end. */
export function utilisationOf(station: Station, arrivalsPerSecond: number): number {
  const servers = station.queues * station.serversPerQueue;
  return (arrivalsPerSecond * station.service.meanSeconds) / servers;
}
