/**
 * The lab's end of the load: starts the load workers, hands each its connections, merges their reports.
 */
import type { Guardian } from '../processes/guardian/guardian.js';
import type { RunProcess } from '../processes/run-process.js';
import { type Alignment, ON_THIS_MACHINE } from './alignment.js';
import type { LoadOrder, LoadWindow, SessionOrder, WorkerReport } from './messages.js';
import { spreadOverWorkers } from './spread.js';
import { type LoadWorker, startWorker } from './worker-process.js';
import type { Connection } from './workload.js';

/** Each connection of a worker has a seed of its own: the worker's seed plus its index. */
const CONNECTION_SEEDS = 100_003;

export interface LoadGenerator {
  /** Those of this machine. */
  pids: readonly number[];
  /** All that it is made of, as they stand in a record. */
  processes: readonly RunProcess[];
  alignment(): Alignment;
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

export interface LoadSession extends Pick<LoadGenerator, 'processes' | 'alignment' | 'abort'> {
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
  const workers = Array.from({ length: workerCount }, (_, index) =>
    startWorker(entry, guardian, `shard ${index + 1}`),
  );
  try {
    await Promise.all(workers.map((worker) => worker.ready));
  } catch (error) {
    for (const worker of workers) worker.stop();
    throw error;
  }
  return generatorOf(workers, { alignment: () => ON_THIS_MACHINE });
}

export interface GeneratorMeans {
  alignment(): Alignment;
  /** Processes that send nothing, but without which nothing is sent. */
  beside?: readonly RunProcess[];
}

/** Spreads orders over the workers, wherever they are, and gathers what they say. */
export function generatorOf(
  workers: readonly LoadWorker[],
  { alignment, beside = [] }: GeneratorMeans,
): ClosedLoopGenerator {
  const processes = [...workers.map(({ process }) => process), ...beside];
  const abort = () => {
    for (const worker of workers) worker.abort();
  };
  return {
    pids: processes.flatMap(({ pid }) => pid ?? []),
    processes,
    alignment,
    usable: () => workers.every((worker) => worker.usable()),
    run: (order, connections) => {
      const shares = spreadOverWorkers(connections, workers.length);
      const asked = shares.map(async (share, index) => {
        const report = await (workers[index] as LoadWorker).run({
          ...order,
          connections: share,
          seed: order.seed + index * CONNECTION_SEEDS,
          place: { worker: index, workers: shares.length },
        });
        return withPlacesIn(connections, share, report);
      });
      return orAbort(asked, abort);
    },
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
        processes,
        alignment,
        abort,
        load: async (loop, window) => {
          const asked = workers.map((worker) => worker.load(loop, window));
          return (await orAbort(asked, abort)).reduce((sum, each) => sum + each, 0);
        },
        close: async () => {
          const reports = await Promise.all(workers.map((worker) => worker.close()));
          return loops.map((connections, loop) =>
            reports.flatMap((ofWorker, index) => {
              const report = ofWorker[loop];
              return report ? [withPlacesIn(connections, shares[loop]?.[index] ?? [], report)] : [];
            }),
          );
        },
      };
    },
    abort,
    stop() {
      for (const worker of workers) worker.stop();
    },
  };
}

/** Where one fails, the others need not go on. */
async function orAbort<Answer>(asked: Promise<Answer>[], abort: () => void): Promise<Answer[]> {
  try {
    return await Promise.all(asked);
  } catch (error) {
    abort();
    // Whoever is still busy could not be asked for anything else.
    await Promise.allSettled(asked);
    throw error;
  }
}

/** A worker counts its own connections; whoever reads its report knows all of them. */
function withPlacesIn(
  connections: readonly Connection[],
  share: readonly Connection[],
  report: WorkerReport,
): WorkerReport {
  if (report.leftovers.length === 0) return report;
  return {
    ...report,
    leftovers: report.leftovers.flatMap(({ path, connection }) => {
      const own = share[connection];
      return own ? [{ path, connection: connections.indexOf(own) }] : [];
    }),
  };
}
