/**
 * The lab's side of the load: starts the shards, hands each its connections, merges their reports.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { LabError } from '../errors.js';
import type { Guardian } from '../services/guardian.js';
import type {
  FromShard,
  LoadOrder,
  LoadWindow,
  SessionOrder,
  ShardOrder,
  ShardReport,
  ToShard,
} from './messages.js';
import type { Connection } from './workload.js';

/** Longer than any honest report takes to encode and to come through a pipe. */
const REPORT_GRACE_MS = 15_000;
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
  entry: URL = new URL('./shard.js', import.meta.url),
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

/**
 * Gives connection i to instance i mod N.
 * @param origins one for each instance
 */
export function spreadOverInstances(
  users: readonly Omit<Connection, 'origin' | 'instance'>[],
  origins: readonly string[],
): Connection[] {
  return users.map((user, index) => {
    const instance = index % origins.length;
    return { ...user, instance, origin: origins[instance] as string };
  });
}

/** Deals whole hands: each shard gets, as far as it goes, the same number for every instance. */
export function spreadOverShards(
  connections: readonly Connection[],
  shards: number,
): Connection[][] {
  const shares: Connection[][] = Array.from({ length: shards }, () => []);
  const dealt = new Map<number, number>();
  for (const connection of connections) {
    const before = dealt.get(connection.instance) ?? 0;
    dealt.set(connection.instance, before + 1);
    // Starting at another shard for each instance keeps the totals even too.
    shares[(before + connection.instance) % shards]?.push(connection);
  }
  return shares.filter((share) => share.length > 0);
}

interface Shard {
  pid: number;
  ready: Promise<void>;
  usable(): boolean;
  run(order: ShardOrder): Promise<ShardReport>;
  open(order: SessionOrder): Promise<void>;
  load(side: number, window: LoadWindow): Promise<number>;
  close(): Promise<(ShardReport | null)[]>;
  abort(): void;
  stop(): void;
}

function startShard(entry: URL, guardian: Guardian): Shard {
  const child = fork(fileURLToPath(entry), {
    detached: true,
    env: { ...process.env, ...guardian.environment },
    // Not what the lab itself was started with: a profiler, or a script given on the command line.
    execArgv: ['--enable-source-maps'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const pid = child.pid;
  if (pid === undefined)
    throw new LabError('SHARD_FAILED', 'A load-generating process could not start.');
  guardian.watchProcess(pid);
  child.once('exit', () => guardian.forgetProcess(pid));
  const send = (message: ToShard) => {
    if (child.connected) child.send(message, () => {});
  };
  let failed = false;
  child.once('exit', () => {
    failed = true;
  });
  /** Says something and waits for the answer; a shard that does not give it is of no use any more. */
  async function ask<Type extends FromShard['type']>(message: ToShard, answer: Type, untilMs = 0) {
    if (failed) throw new LabError('SHARD_FAILED', 'A load-generating process has failed before.');
    const nowMs = Number(process.hrtime.bigint()) / 1e6;
    const answered = nextMessage(child, answer, Math.max(0, untilMs - nowMs) + REPORT_GRACE_MS);
    send(message);
    try {
      return await answered;
    } catch (error) {
      failed = true;
      throw error;
    }
  }
  return {
    pid,
    ready: nextMessage(child, 'ready', 20_000).then(() => undefined),
    usable: () => !failed,
    run: async (order) => (await ask({ type: 'start', order }, 'report', order.windowToMs)).report,
    open: async (order) => void (await ask({ type: 'open', order }, 'opened')),
    load: async (side, window) =>
      (await ask({ type: 'load', side, window }, 'drained', window.untilMs)).answered,
    close: async () => (await ask({ type: 'close' }, 'closed')).reports,
    abort: () => send({ type: 'abort' }),
    stop: () => void child.kill('SIGKILL'),
  };
}

function nextMessage<Type extends FromShard['type']>(
  child: ChildProcess,
  type: Type,
  patienceMs: number,
): Promise<Extract<FromShard, { type: Type }>> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) =>
      settle(() =>
        reject(new LabError('SHARD_FAILED', `A load-generating process failed: ${why}`)),
      );
    const onMessage = (message: FromShard) => {
      if (message.type === type) {
        settle(() => resolve(message as Extract<FromShard, { type: Type }>));
      } else if (message.type === 'failed') fail(message.message);
    };
    const onExit = (code: number | null, signal: string | null) =>
      fail(`it ended with ${signal ?? `code ${code}`}`);
    const onError = (error: Error) => fail(error.message);
    const timer = setTimeout(() => fail('it did not answer in time'), patienceMs);
    const settle = (then: () => void) => {
      clearTimeout(timer);
      child.off('message', onMessage).off('exit', onExit).off('error', onError);
      then();
    };
    child.on('message', onMessage).on('exit', onExit).on('error', onError);
  });
}
