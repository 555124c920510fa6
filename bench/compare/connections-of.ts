/** How many connections a trial has. */
import type { Workload } from '../load/workload.js';
import type { RunConfig } from '../result/schema.js';

export type ConnectionsConfig = Pick<RunConfig, 'connections' | 'connectionsPerInstance'>;

/**
 * The same number for every trial, or so many for each instance: where the size of instances is what
 * counts, each must find the same work whatever their number.
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
