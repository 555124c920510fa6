/**
 * The lab's end of the load: starts the load workers, hands each its connections, merges their reports.
 */
import type { Guardian } from '../processes/guardian/guardian.js';
import type { LoadOrder, LoadWindow, SessionOrder, WorkerReport } from './messages.js';
import { spreadOverWorkers } from './spread.js';
import { type LoadWorker, startWorker } from './worker-process.js';
import type { Connection } from './workload.js';

/** Each connection of a worker has a seed of its own: the worker's seed plus its index. */
const CONNECTION_SEEDS = 100_003;

export interface LoadGenerator {
  pids: readonly number[];
  /** False once a worker has failed; then start another generator. */
  usable(): boolean;
  /** Resolves with a report for each worker once the window is over, or after abort(). */
  run(order: LoadOrder, connections: Connection[]): Promise<WorkerReport[]>;
  /** Ends the load early; run() resolves with what there is. */
  abort(): void;
  stop(): void;
}

/** A closed loop. Beside single runs it holds the loops of several variants and loads one at a time. */
export interface ClosedLoopGenerator extends LoadGenerator {
  /**
   * Opens the connections of every loop, and holds them.
   * @param loops the connections of each
   */
  open(
    order: Omit<SessionOrder, 'loops'> & { seed: number },
    loops: Connection[][],
  ): Promise<LoadSession>;
}

export interface LoadSession {
  /**
   * Loads one loop while the others are held. Resolves when every request of it is answered.
   * @returns how many were
   */
  load(loop: number, window: LoadWindow): Promise<number>;
  /** Closes all connections. @returns by loop, from each worker that had connections of it */
  close(): Promise<WorkerReport[][]>;
}

/**
 * @param entry the file of a load worker
 * @throws LabError SHARD_FAILED when a process cannot start
 */
export async function startLoadGenerator(
  workerCount: number,
  guardian: Guardian,
  entry: URL,
): Promise<ClosedLoopGenerator> {
  const workers = Array.from({ length: workerCount }, () => startWorker(entry, guardian));
  try {
    await Promise.all(workers.map((worker) => worker.ready));
  } catch (error) {
    for (const worker of workers) worker.stop();
    throw error;
  }
  return {
    pids: workers.map((worker) => worker.pid),
    usable: () => workers.every((worker) => worker.usable()),
    run: (order, connections) =>
      Promise.all(
        spreadOverWorkers(connections, workers.length).map((share, index, shares) =>
          (workers[index] as LoadWorker).run({
            ...order,
            connections: share,
            seed: order.seed + index * CONNECTION_SEEDS,
            place: { worker: index, workers: shares.length },
          }),
        ),
      ),
    async open({ seed, ...order }, loops) {
      const shares = loops.map((connections) => spreadOverWorkers(connections, workers.length));
      await Promise.all(
        workers.map((worker, index) =>
          worker.open({
            ...order,
            loops: shares.map((share) => ({
              connections: share[index] ?? [],
              seed: seed + index * CONNECTION_SEEDS,
            })),
          }),
        ),
      );
      return {
        load: async (loop, window) => {
          const answered = await Promise.all(workers.map((worker) => worker.load(loop, window)));
          return answered.reduce((sum, each) => sum + each, 0);
        },
        close: async () => {
          const reports = await Promise.all(workers.map((worker) => worker.close()));
          return loops.map((_, loop) => reports.flatMap((ofWorker) => ofWorker[loop] ?? []));
        },
      };
    },
    abort() {
      for (const worker of workers) worker.abort();
    },
    stop() {
      for (const worker of workers) worker.stop();
    },
  };
}
