import type { ChildProcess } from 'node:child_process';
import { LabError } from '../model/errors.js';
import type { Guardian } from '../processes/guardian/guardian.js';
import type { RunProcess } from '../processes/run-process.js';
import { forkWorker } from './fork-worker.js';
import type {
  FromWorker,
  LoadWindow,
  SessionOrder,
  ToWorker,
  WorkerOrder,
  WorkerReport,
} from './messages.js';

/** Longer than any honest report takes to encode and to come through a pipe. */
export const REPORT_GRACE_MS = 15_000;

/** One load-generating process, as the lab speaks to it, on this machine or on another. */
export interface LoadWorker {
  process: RunProcess;
  ready: Promise<void>;
  usable(): boolean;
  run(order: WorkerOrder): Promise<WorkerReport>;
  open(order: SessionOrder): Promise<void>;
  load(loop: number, window: LoadWindow): Promise<number>;
  close(): Promise<(WorkerReport | null)[]>;
  abort(): void;
  stop(): void;
}

/** @throws LabError SHARD_FAILED when it cannot start; so does `ready` */
export function startWorker(entry: URL, guardian: Guardian, name: string): LoadWorker {
  const forked = forkWorker(entry, guardian);
  if (!forked) throw new LabError('SHARD_FAILED', 'A load-generating process could not start.');
  const { child, pid } = forked;
  const send = (message: ToWorker) => {
    if (child.connected) child.send(message, () => {});
  };
  let failed = false;
  child.once('exit', () => {
    failed = true;
  });
  /** Says something and waits for the answer; a worker that does not give it is of no use any more. */
  async function ask<Type extends FromWorker['type']>(
    message: ToWorker,
    answer: Type,
    untilMs = 0,
  ) {
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
    process: { tier: 'loadGenerator', name, pid },
    ready: nextMessage(child, 'ready', 20_000).then(() => undefined),
    usable: () => !failed,
    run: async (order) => (await ask({ type: 'start', order }, 'report', order.windowToMs)).report,
    open: async (order) => void (await ask({ type: 'open', order }, 'opened')),
    load: async (loop, window) =>
      (await ask({ type: 'load', loop, window }, 'drained', window.untilMs)).answered,
    close: async () => (await ask({ type: 'close' }, 'closed')).reports,
    abort: () => send({ type: 'abort' }),
    stop: () => void child.kill('SIGKILL'),
  };
}

function nextMessage<Type extends FromWorker['type']>(
  child: ChildProcess,
  type: Type,
  patienceMs: number,
): Promise<Extract<FromWorker, { type: Type }>> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) =>
      settle(() =>
        reject(new LabError('SHARD_FAILED', `A load-generating process failed: ${why}`)),
      );
    const onMessage = (message: FromWorker) => {
      if (message.type === type) {
        settle(() => resolve(message as Extract<FromWorker, { type: Type }>));
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
