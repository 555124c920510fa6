/**
 * The lab's side of the load: starts the shards, hands each its connections, merges their reports.
 */
import type { Guardian } from '../processes/guardian/guardian.js';
import type { LoadOrder, LoadWindow, SessionOrder, ShardReport } from './messages.js';
import { spreadOverShards } from './spread.js';
import { type Shard, startShard } from './worker-process.js';
import type { Connection } from './workload.js';

/** Each connection of a shard has a seed of its own: the shard's seed plus its index. */
const CONNECTION_SEEDS = 100_003;

export interface LoadGenerator {
  pids: readonly number[];
  /** False once a shard has failed; then start another generator. */
  usable(): boolean;
  /** Resolves with a report for each shard once the window is over, or after abort(). */
  run(order: LoadOrder, connections: Connection[]): Promise<ShardReport[]>;
  /** Ends the load early; run() resolves with what there is. */
  abort(): void;
  stop(): void;
}

/** A closed loop. Beside single runs it loads several sides in turns. */
export interface ClosedLoopGenerator extends LoadGenerator {
  /**
   * Opens the connections of every side, and holds them.
   * @param sides the connections of each
   */
  open(
    order: Omit<SessionOrder, 'sides'> & { seed: number },
    sides: Connection[][],
  ): Promise<LoadSession>;
}

export interface LoadSession {
  /**
   * Loads one side while the others are held. Resolves when every request of it is answered.
   * @returns how many were
   */
  load(side: number, window: LoadWindow): Promise<number>;
  /** Closes all connections. @returns by side, from each shard that had connections of it */
  close(): Promise<ShardReport[][]>;
}

export type StartLoadGenerator = (shards: number, guardian: Guardian) => Promise<LoadGenerator>;

/**
 * @param entry the file of a shard; unless told, a closed loop
 * @throws LabError SHARD_FAILED when a process cannot start
 */
export async function startLoadGenerator(
  shardCount: number,
  guardian: Guardian,
  entry: URL = new URL('./worker.js', import.meta.url),
): Promise<ClosedLoopGenerator> {
  const shards = Array.from({ length: shardCount }, () => startShard(entry, guardian));
  try {
    await Promise.all(shards.map((shard) => shard.ready));
  } catch (error) {
    for (const shard of shards) shard.stop();
    throw error;
  }
  return {
    pids: shards.map((shard) => shard.pid),
    usable: () => shards.every((shard) => shard.usable()),
    run: (order, connections) =>
      Promise.all(
        spreadOverShards(connections, shards.length).map((share, index, shares) =>
          (shards[index] as Shard).run({
            ...order,
            connections: share,
            seed: order.seed + index * CONNECTION_SEEDS,
            place: { shard: index, shards: shares.length },
          }),
        ),
      ),
    async open({ seed, ...order }, sides) {
      const shares = sides.map((connections) => spreadOverShards(connections, shards.length));
      await Promise.all(
        shards.map((shard, index) =>
          shard.open({
            ...order,
            sides: shares.map((share) => ({
              connections: share[index] ?? [],
              seed: seed + index * CONNECTION_SEEDS,
            })),
          }),
        ),
      );
      return {
        load: async (side, window) => {
          const answered = await Promise.all(shards.map((shard) => shard.load(side, window)));
          return answered.reduce((sum, each) => sum + each, 0);
        },
        close: async () => {
          const reports = await Promise.all(shards.map((shard) => shard.close()));
          return sides.map((_, side) => reports.flatMap((ofShard) => ofShard[side] ?? []));
        },
      };
    },
    abort() {
      for (const shard of shards) shard.abort();
    },
    stop() {
      for (const shard of shards) shard.stop();
    },
  };
}
