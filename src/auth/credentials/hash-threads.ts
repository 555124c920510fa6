import { Worker } from 'node:worker_threads';
import { AppError } from '../../server/errors.js';

/** With `hash`: is it a hash of the password? Without: make one. */
export interface HashJob {
  readonly password: string;
  readonly hash?: string;
}

export type HashAnswer =
  | { readonly value: string | boolean; readonly error?: undefined }
  | { readonly error: string };

/**
 * Threads that hash passwords, one job at a time each. They are not libuv's, so that checks of
 * tokens never wait behind a hash, and run at the lowest priority, so that requests do not either.
 * They end with the process, and their CPU time is the process's.
 */
export interface HashThreads {
  /** At most as many at once as there are threads. @throws AppError `password_check_unavailable` */
  run(job: HashJob): Promise<string | boolean>;
}

const SCRIPT = new URL('./hash-thread.js', import.meta.url);

/** @param script what the threads run; tests pass one that dies */
export function createHashThreads(count: number, script = SCRIPT): HashThreads {
  const idle = Array.from({ length: count }, () => createHashThread(script));
  return {
    run: async (job) => {
      const thread = idle.pop();
      if (thread === undefined) {
        throw new Error('more hashes at once than threads');
      }
      try {
        return await thread(job);
      } finally {
        idle.push(thread);
      }
    },
  };
}

/** One thread. When it dies its job fails, and the next job gets a new one. */
function createHashThread(script: URL): (job: HashJob) => Promise<string | boolean> {
  // Started with the first job: an instance that is asked for no password needs none.
  let worker: Worker | undefined;

  function startWorker(): Worker {
    const started = new Worker(script, {
      // It needs none of the secrets there, nor the options of the process.
      env: {},
      execArgv: [],
      // Its heap holds a job at a time; the memory of argon2 is not in it.
      resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 4 },
    });
    const forget = () => {
      worker = worker === started ? undefined : worker;
    };
    started.once('error', forget);
    started.once('exit', forget);
    // An idle thread does not keep the process; a job does.
    started.unref();
    return started;
  }

  return (job) =>
    new Promise((resolve, reject) => {
      worker ??= startWorker();
      const current = worker;
      const finish = () => {
        current.off('message', onAnswer).off('error', onEnd).off('exit', onEnd);
        current.unref();
      };
      const onAnswer = (answer: HashAnswer) => {
        finish();
        if (answer.error === undefined) {
          resolve(answer.value);
        } else {
          reject(new Error(answer.error));
        }
      };
      const onEnd = (cause: unknown) => {
        finish();
        reject(
          new AppError('password_check_unavailable', {
            detail: 'Ask again in a moment.',
            headers: { 'Retry-After': '1' },
            cause,
          }),
        );
      };
      current.once('message', onAnswer).once('error', onEnd).once('exit', onEnd);
      current.ref();
      current.postMessage(job);
    });
}
