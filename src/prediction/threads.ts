import { availableParallelism } from 'node:os';
import { createThreadPool } from '../threads/thread-pool.js';
import type { Classification, Question } from './model/classifier.js';
import { type OpenPredictor, predictionOf, predictionUnavailable } from './predictor.js';

/** One core is the event loop's. */
const THREADS_MAX = Math.max(1, availableParallelism() - 1);
/** More are refused rather than kept: memory is bounded. */
const WAITING_MAX = 1000;
const FIRST_QUESTION: Question = { text: 'Hello', passages: 0 };
const SCRIPT = new URL('./thread.js', import.meta.url);

/**
 * Threads of the instance: the event loop goes on while they compute. Text and answer are copied from
 * one thread to the other. What no thread came to within the timeout is not computed at all: under more
 * than the threads can do, answers would come ever later and for nobody. What is being computed is not
 * stopped: that would end the thread, and cost the others more.
 *
 * @param script what the threads run; tests pass one that dies
 */
export function openThreadsOf(script: URL): OpenPredictor {
  return ({ timeoutMs }) => {
    const pool = createThreadPool<Question, Classification>({
      script,
      threadsMax: THREADS_MAX,
      waitingMax: WAITING_MAX,
      waitMs: timeoutMs,
    });
    // To start and to read the model takes a while, which is no wait for others.
    let ready: Promise<unknown> | undefined;
    const start = () =>
      pool.run(FIRST_QUESTION).catch((error) => {
        ready = undefined;
        throw error;
      });
    return {
      predict: async (question) => {
        ready ??= start();
        await ready.catch(refuse);
        return predictionOf(await pool.run(question).catch(refuse));
      },
      close: () => pool.close(),
    };
  };
}

export const openThreads = openThreadsOf(SCRIPT);

function refuse(cause: unknown): never {
  throw predictionUnavailable(cause);
}
