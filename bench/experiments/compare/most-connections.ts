import type { RunConfig } from '../../model/result-schema.js';

/**
 * The most connections that one process of a run has open at once: of the load
 * generator, which holds those of all sides of a block; of nginx, with one to an instance for each of
 * a client; of an instance.
 *
 * @param sides of a block
 */
export function mostConnections(
  {
    connections,
    shards,
    instances,
    web,
  }: Pick<RunConfig, 'connections' | 'shards' | 'instances' | 'web'>,
  sides: number,
): number {
  return Math.max(
    sides * Math.ceil(connections / shards),
    web ? 2 * connections : 0,
    Math.ceil(connections / Math.min(...instances)),
  );
}
