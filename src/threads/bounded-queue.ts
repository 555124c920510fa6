import { JobFailure } from './job-failure.js';

export interface BoundedQueueOptions {
  /** Tasks that run at a time. */
  readonly concurrency: number;
  /** Tasks that may wait. */
  readonly waiting: number;
  /** Longest wait in milliseconds. */
  readonly waitMs: number;
}

export interface BoundedQueue {
  /**
   * A task that cannot start in time, or whose signal is aborted before it started, never starts.
   *
   * @throws JobFailure `full`, `late`, `closed`
   */
  inTurn<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** Tasks at this moment. */
  load(): QueueLoad;
  /** No task starts any longer. */
  close(): void;
}

export interface QueueLoad {
  readonly running: number;
  readonly waiting: number;
}

interface Waiting {
  readonly start: () => void;
  readonly fail: (why: JobFailure) => void;
}

/** Runs tasks in the order they came, a few at a time. */
export function createBoundedQueue({
  concurrency,
  waiting,
  waitMs,
}: BoundedQueueOptions): BoundedQueue {
  // A set keeps the order, and gives up one in the middle at no cost.
  const queue = new Set<Waiting>();
  let running = 0;
  let closed = false;

  /** Whoever finishes hands its place over, so `running` does not change when this resolves. */
  function waitForPlace(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abandon);
        queue.delete(place);
      };
      const place: Waiting = {
        start: () => {
          leave();
          resolve();
        },
        fail: (why) => {
          leave();
          reject(why);
        },
      };
      const abandon = () => place.fail(abandoned());
      const timer = setTimeout(
        () => place.fail(new JobFailure('late', `no thread was free for ${waitMs} ms`)),
        waitMs,
      );
      signal?.addEventListener('abort', abandon);
      queue.add(place);
    });
  }

  return {
    inTurn: async (task, signal) => {
      if (closed) {
        throw poolClosed();
      }
      if (signal?.aborted) {
        throw abandoned();
      }
      if (running < concurrency) {
        running += 1;
      } else if (queue.size < waiting) {
        await waitForPlace(signal);
      } else {
        throw new JobFailure('full', `${waiting} wait already`);
      }
      try {
        return await task();
      } finally {
        const [next] = queue;
        if (next === undefined) {
          running -= 1;
        } else {
          next.start();
        }
      }
    },
    load: () => ({ running, waiting: queue.size }),
    close: () => {
      closed = true;
      for (const place of [...queue]) {
        place.fail(poolClosed());
      }
    },
  };
}

function abandoned(): JobFailure {
  return new JobFailure('late', 'nobody waits for it any longer');
}

export function poolClosed(): JobFailure {
  return new JobFailure('closed', 'the threads are being ended');
}
