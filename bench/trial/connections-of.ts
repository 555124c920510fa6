/** How many connections a trial has. */
import type { Workload } from '../load/workload.js';
import type { RunConfig } from '../model/result-schema.js';

export type ConnectionsConfig = Pick<RunConfig, 'connections' | 'connectionsPerInstance'>;

/**
 * The same number for every trial, so that a store has as many requests waiting whatever the number of
 * instances; or so many for each instance.
 */
export function connectionsOf(
  { connections, connectionsPerInstance }: ConnectionsConfig,
  { maxConnections = Number.POSITIVE_INFINITY }: Pick<Workload, 'maxConnections'>,
  instances: number,
): number {
  const wanted =
    connectionsPerInstance === undefined ? connections : connectionsPerInstance * instances;
  return Math.min(wanted, maxConnections);
}
