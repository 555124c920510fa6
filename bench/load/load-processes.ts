import type { Guardian } from '../processes/guardian/guardian.js';
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

const CLOSED_LOOP = new URL('./closed-loop/worker.js', import.meta.url);
const OPEN_LOOP = new URL('./open-loop/worker.js', import.meta.url);

/** @param workers processes of each kind */
export function openLoadProcesses(workers: number, guardian: Guardian): LoadProcesses {
  const closedLoop = keep(() => startLoadGenerator(workers, guardian, CLOSED_LOOP));
  const openLoop = keep(() => startLoadGenerator(workers, guardian, OPEN_LOOP));
  return {
    closedLoop: closedLoop.get,
    openLoop: openLoop.get,
    stop() {
      closedLoop.stop();
      openLoop.stop();
    },
  };
}

function keep(start: () => Promise<ClosedLoopGenerator>) {
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
