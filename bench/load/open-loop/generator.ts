import type { Guardian } from '../../processes/guardian/guardian.js';
import { type LoadGenerator, startLoadGenerator } from '../generator.js';
import type { OfferedLoad } from './arrivals.js';

/**
 * A load generator that sends by a plan. The connections of run() are users: each has one request on the
 * way at most, and connections are opened as they are needed, up to one for each user.
 *
 * @param offered of all processes together, for orders that name no load of their own
 * @throws LabError SHARD_FAILED when a process cannot start
 */
export async function startOpenLoopGenerator(
  shardCount: number,
  guardian: Guardian,
  offered: OfferedLoad,
): Promise<LoadGenerator> {
  const entry = new URL('./worker.js', import.meta.url);
  const generator = await startLoadGenerator(shardCount, guardian, entry);
  return {
    ...generator,
    run: (order, connections) => generator.run({ offered, ...order }, connections),
  };
}
