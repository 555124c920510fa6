import type { RunConfig } from '../../model/result-schema.js';

/**
 * The most connections that one process of a run has open at once: of the load
 * generator, which holds those of all variants of a block; of nginx, with one to an instance for each of
 * a client; of an instance.
 *
 * @param variants how many a block has
 */
export function mostConnections(
  {
    connections,
    loadWorkers,
    instances,
    web,
  }: Pick<RunConfig, 'connections' | 'loadWorkers' | 'instances' | 'web'>,
  variants: number,
): number {
  return Math.max(
    variants * Math.ceil(connections / loadWorkers),
    web ? 2 * connections : 0,
    Math.ceil(connections / Math.min(...instances)),
  );
}
