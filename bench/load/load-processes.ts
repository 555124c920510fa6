import type { Guardian } from '../processes/guardian/guardian.js';
import type { RunProcess } from '../processes/run-process.js';
import { type ClosedLoopGenerator, type LoadGenerator, startLoadGenerator } from './generator.js';

/**
 * The load workers of a run. They are started when they are first asked for and kept through the run, so
 * that their code is compiled when it matters (docs/decisions/006); one that has failed is replaced.
 */
export interface LoadProcesses {
  closedLoop(): Promise<ClosedLoopGenerator>;
  /** Its orders must say what load is offered. */
  openLoop(): Promise<LoadGenerator>;
  stop(): void;
}

/** The file of a load worker of each kind. */
export const WORKER_ENTRIES = {
  'closed-loop': new URL('./closed-loop/worker.js', import.meta.url),
  'open-loop': new URL('./open-loop/worker.js', import.meta.url),
} as const;

/** @param workers processes of each kind */
export function openLoadProcesses(workers: number, guardian: Guardian): LoadProcesses {
  const closedLoop = keepGenerator(() =>
    startLoadGenerator(workers, guardian, WORKER_ENTRIES['closed-loop']),
  );
  const openLoop = keepGenerator(() =>
    startLoadGenerator(workers, guardian, WORKER_ENTRIES['open-loop']),
  );
  return {
    closedLoop: closedLoop.get,
    openLoop: openLoop.get,
    stop() {
      closedLoop.stop();
      openLoop.stop();
    },
  };
}

/** One generator, until it is of no use any more. */
function keepGenerator(start: () => Promise<ClosedLoopGenerator>) {
  let kept: ClosedLoopGenerator | undefined;
  return {
    async get() {
      if (!kept?.usable()) {
        kept?.stop();
        kept = await start();
      }
      return kept;
    },
    stop: () => kept?.stop(),
  };
}

/** Load workers as they stand in a record. @param pids in their order */
export function runProcessesOf(pids: readonly number[]): RunProcess[] {
  return pids.map((pid, index) => ({ tier: 'loadGenerator', name: `shard ${index + 1}`, pid }));
}
