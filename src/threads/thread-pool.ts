import { createBoundedQueue, poolClosed, type QueueLoad } from './bounded-queue.js';
import { startThread, type Thread, type ThreadOptions } from './thread.js';

export interface ThreadPoolOptions extends ThreadOptions {
  readonly threadsMax: number;
  /** Jobs that may wait. More are refused: a queue without an end answers nobody. */
  readonly waitingMax: number;
  /** Longest wait for a thread, in milliseconds. */
  readonly waitMs: number;
  /** A thread with nothing to do for so long ends, unless it is the last. */
  readonly idleMs?: number;
}

export interface ThreadPool<Job, Answer> {
  /**
   * Jobs begin in the order they came. One whose `signal` is aborted before its turn is not done at all.
   *
   * @throws JobFailure `full`, `late`, `died`, `closed`, and whatever the job throws
   */
  run(job: Job, signal?: AbortSignal): Promise<Answer>;
  /** Jobs at this moment. */
  load(): QueueLoad;
  /** Jobs that run or wait fail. Resolves when all threads are gone. */
  close(): Promise<void>;
}

const IDLE_MS = 30_000;

/**
 * Threads that do one job at a time each. None is started before there is a job for it. The job of a
 * thread that cannot start or dies fails, and the next job gets a new one.
 */
export function createThreadPool<Job, Answer>(options: ThreadPoolOptions): ThreadPool<Job, Answer> {
  const { threadsMax, waitingMax, waitMs, idleMs = IDLE_MS } = options;
  const queue = createBoundedQueue({ concurrency: threadsMax, waiting: waitingMax, waitMs });
  const threads = new Set<Thread<Job, Answer>>();
  /** Those with nothing to do. The one used last is used next, so that others become superfluous. */
  const idle = new Map<Thread<Job, Answer>, NodeJS.Timeout>();

  function startOne(): Thread<Job, Answer> {
    const thread = startThread<Job, Answer>(options, () => {
      threads.delete(thread);
      clearTimeout(idle.get(thread));
      idle.delete(thread);
    });
    threads.add(thread);
    return thread;
  }

  function takeIdle(): Thread<Job, Answer> | undefined {
    const [thread, timer] = [...idle].at(-1) ?? [];
    if (thread !== undefined) {
      clearTimeout(timer);
      idle.delete(thread);
    }
    return thread;
  }

  function makeIdle(thread: Thread<Job, Answer>): void {
    const endSuperfluous = () => {
      if (threads.size > 1) {
        void thread.end(poolClosed());
      }
    };
    idle.set(thread, setTimeout(endSuperfluous, idleMs).unref());
  }

  return {
    run: (job, signal) =>
      queue.inTurn(async () => {
        const thread = takeIdle() ?? startOne();
        try {
          return await thread.run(job);
        } finally {
          if (threads.has(thread)) {
            makeIdle(thread);
          }
        }
      }, signal),
    load: queue.load,
    close: async () => {
      queue.close();
      await Promise.all([...threads].map((thread) => thread.end(poolClosed())));
    },
  };
}
