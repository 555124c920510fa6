import { AppError } from '../../server/errors.js';

export interface BoundedQueueOptions {
  /** Tasks that run at a time. */
  readonly concurrency: number;
  /** Tasks that may wait. */
  readonly waiting: number;
  /** Longest wait in milliseconds. */
  readonly waitMs: number;
}

interface Waiting {
  readonly start: () => void;
}

/**
 * Runs tasks in the order they came, a few at a time. A task that cannot start in time, or whose
 * signal is aborted before it started, never starts.
 *
 * @throws AppError `password_queue_full` from the returned function
 */
export function createBoundedQueue({ concurrency, waiting, waitMs }: BoundedQueueOptions) {
  // A set keeps the order, and gives up one in the middle at no cost.
  const queue = new Set<Waiting>();
  let running = 0;

  /** Whoever finishes hands its place over, so `running` does not change when this resolves. */
  function waitForPlace(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', giveUp);
        queue.delete(place);
      };
      const giveUp = () => {
        leave();
        reject(full());
      };
      const place: Waiting = {
        start: () => {
          leave();
          resolve();
        },
      };
      const timer = setTimeout(giveUp, waitMs);
      signal?.addEventListener('abort', giveUp);
      queue.add(place);
    });
  }

  return async function inTurn<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (signal?.aborted) {
      throw full();
    }
    if (running < concurrency) {
      running += 1;
    } else if (queue.size < waiting) {
      await waitForPlace(signal);
    } else {
      throw full();
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
  };
}

function full(): AppError {
  return new AppError('password_queue_full', {
    detail: 'Ask again in a moment.',
    headers: { 'Retry-After': '1' },
  });
}
