import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { Classification } from './model/classifier.js';
import { type OpenPredictor, predictionOf, predictionUnavailable } from './predictor.js';

/** One core is the event loop's. */
const THREADS = Math.max(1, availableParallelism() - 1);
/** What waits longer than the others is refused rather than kept: memory is bounded. */
const WAITING_MAX = 1000;
/** Threads that have nothing to do end, and cost memory no longer. */
const IDLE_MS = 30_000;

/**
 * Threads of the instance: the event loop goes on while they compute. Text and answer are copied from
 * one thread to the other.
 */
export const openThreads: OpenPredictor = ({ log }) => {
  const pool = new Piscina<string, Classification>({
    filename: fileURLToPath(new URL('./thread.js', import.meta.url)),
    name: 'classifyText',
    minThreads: 1,
    maxThreads: THREADS,
    maxQueue: WAITING_MAX,
    idleTimeout: IDLE_MS,
    // It needs none of the secrets there, nor the options of the process.
    env: {},
    execArgv: [],
  });
  // Without a listener an error of a thread that nobody waits for would end the process.
  pool.on('error', (error: Error) =>
    log.warn({ error: error.message }, 'prediction thread failed'),
  );
  return {
    predict: async (text) => predictionOf(await pool.run(text).catch(refuse)),
    close: () => pool.close({ force: true }),
  };
};

function refuse(cause: unknown): never {
  throw predictionUnavailable(cause);
}
