import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { Classification } from './model/classifier.js';
import { type OpenPredictor, predictionOf, predictionUnavailable } from './predictor.js';
import type { Task } from './thread.js';

/** One core is the event loop's. */
const THREADS = Math.max(1, availableParallelism() - 1);
/** More are refused rather than kept: memory is bounded. */
const WAITING_MAX = 1000;
const FIRST_TASK: Task = {
  question: { text: 'Hello', passages: 0 },
  deadlineMs: Number.POSITIVE_INFINITY,
};
/** Threads that have nothing to do end, and cost memory no longer. */
const IDLE_MS = 30_000;

/**
 * Threads of the instance: the event loop goes on while they compute. Text and answer are copied from
 * one thread to the other. What no thread came to within the timeout is not computed at all: under more
 * than the threads can do, answers would come ever later and for nobody.
 */
export const openThreads: OpenPredictor = ({ timeoutMs, log }) => {
  const pool = new Piscina<Task, Classification | undefined>({
    filename: fileURLToPath(new URL('./thread.js', import.meta.url)),
    name: 'answer',
    minThreads: 1,
    maxThreads: THREADS,
    maxQueue: WAITING_MAX,
    // Else a task that finds no thread goes to the end again, and may wait for ever behind later ones.
    stricterFIFO: true,
    idleTimeout: IDLE_MS,
    // It needs none of the secrets there, nor the options of the process.
    env: {},
    execArgv: [],
  });
  // Without a listener an error of a thread that nobody waits for would end the process.
  pool.on('error', (error: Error) =>
    log.warn({ error: error.message }, 'prediction thread failed'),
  );
  // To start and to read the model takes a while, which is no wait for others.
  let ready: Promise<unknown> | undefined;
  const start = () =>
    pool.run(FIRST_TASK).catch((error) => {
      ready = undefined;
      throw error;
    });
  return {
    predict: async (question) => {
      ready ??= start();
      await ready.catch(refuse);
      const task = { question, deadlineMs: Date.now() + timeoutMs };
      const classification = await pool.run(task).catch(refuse);
      return classification === undefined
        ? refuse(new Error(`no thread was free for ${timeoutMs} ms`))
        : predictionOf(classification);
    },
    close: () => pool.close({ force: true }),
  };
};

function refuse(cause: unknown): never {
  throw predictionUnavailable(cause);
}
