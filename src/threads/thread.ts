import { type ResourceLimits, Worker } from 'node:worker_threads';
import { JobFailure } from './job-failure.js';
import type { JobAnswer } from './serve-jobs.js';

export interface Thread<Job, Answer> {
  /** One at a time. @throws JobFailure `died`, and whatever the job throws */
  run(job: Job): Promise<Answer>;
  /** The job under way fails. Resolves when the thread is gone. */
  end(why: JobFailure): Promise<void>;
}

export interface ThreadOptions {
  /** It ends in a call of `serveJobs`. */
  readonly script: URL;
  readonly resourceLimits?: ResourceLimits;
}

/**
 * Starts a thread, which is ready to be sent a job at once. It does not keep the process while it has
 * none.
 *
 * @param onGone called once, when it takes no job any longer
 * @throws JobFailure `died` where the system gives no thread
 */
export function startThread<Job, Answer>(
  { script, resourceLimits }: ThreadOptions,
  onGone: () => void,
): Thread<Job, Answer> {
  const worker = openWorker(script, resourceLimits);
  let settle: { resolve(value: Answer): void; reject(error: Error): void } | undefined;
  let gone = false;

  const finish = () => {
    const current = settle;
    settle = undefined;
    worker.unref();
    return current;
  };
  const takeNoMore = () => {
    if (!gone) {
      gone = true;
      onGone();
    }
  };
  const goAway = (why: JobFailure) => {
    takeNoMore();
    finish()?.reject(why);
  };
  let thrown: Error | undefined;
  worker.on('message', (answer: JobAnswer<Answer>) => {
    if (answer.error === undefined) {
      finish()?.resolve(answer.value);
    } else {
      finish()?.reject(new Error(answer.error));
    }
  });
  // Without a listener an error in a thread would end the process. It comes by another port than answers and may overtake one;
  // `exit` follows it, when all answers are read.
  worker.on('error', (error) => {
    thrown = error;
    takeNoMore();
  });
  worker.on('exit', (code) => goAway(died(thrown ?? new Error(`it ended with code ${code}`))));
  worker.unref();

  return {
    run: (job) =>
      new Promise((resolve, reject) => {
        // First, since what cannot be copied throws: that is no fault of the thread.
        worker.postMessage(job);
        settle = { resolve, reject };
        worker.ref();
      }),
    end: async (why) => {
      goAway(why);
      await worker.terminate();
    },
  };
}

function openWorker(script: URL, resourceLimits: ResourceLimits = {}): Worker {
  try {
    return new Worker(script, {
      // It needs none of the secrets there, nor the options of the process.
      env: {},
      execArgv: [],
      resourceLimits,
    });
  } catch (error) {
    throw died(error as Error);
  }
}

function died(cause: Error): JobFailure {
  return new JobFailure('died', `the thread could not do it: ${cause.message}`, cause);
}
