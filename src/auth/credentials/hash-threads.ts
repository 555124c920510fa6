import { AppError } from '../../server/errors.js';
import type { QueueLoad } from '../../threads/bounded-queue.js';
import { JobFailure } from '../../threads/job-failure.js';
import { createThreadPool } from '../../threads/thread-pool.js';

/** With `hash`: is it a hash of the password? Without: make one. */
export interface HashJob {
  readonly password: string;
  readonly hash?: string;
}

/**
 * Threads that hash passwords. They are not libuv's, so that checks of tokens never wait behind a hash,
 * and run at the lowest priority, so that requests do not either. They end with the process, and their
 * CPU time is the process's.
 */
export interface HashThreads {
  /**
   * A job whose `signal` is aborted before its turn is not done at all.
   *
   * @throws AppError `password_queue_full`, `password_check_unavailable`
   */
  run(job: HashJob, signal?: AbortSignal): Promise<string | boolean>;
  /** Hashes at this moment. */
  load(): QueueLoad;
}

export interface HashThreadsOptions {
  /** Threads: so many cores at most, and 19 MiB for each. */
  readonly concurrency: number;
  /** Hashes that may wait; more are refused. */
  readonly queue: number;
}

/** A login that could not start in this time is refused: its client may be gone, and asks again. */
const WAIT_MS = 3000;
const SCRIPT = new URL('./hash-thread.js', import.meta.url);

/** @param script what the threads run; tests pass one that dies */
export function createHashThreads(
  { concurrency, queue }: HashThreadsOptions,
  script = SCRIPT,
): HashThreads {
  const pool = createThreadPool<HashJob, string | boolean>({
    script,
    threadsMax: concurrency,
    waitingMax: queue,
    waitMs: WAIT_MS,
    // Its heap holds a job at a time; the memory of argon2 is not in it.
    resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 4 },
  });
  return {
    run: (job, signal) =>
      pool.run(job, signal).catch((error) => {
        throw error instanceof JobFailure ? refusalOf(error) : error;
      }),
    load: pool.load,
  };
}

function refusalOf(failure: JobFailure): AppError {
  const isCrowded = failure.reason === 'full' || failure.reason === 'late';
  return new AppError(isCrowded ? 'password_queue_full' : 'password_check_unavailable', {
    detail: 'Ask again in a moment.',
    headers: { 'Retry-After': '1' },
    cause: failure,
  });
}
