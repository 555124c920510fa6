import type { OpenPredictor } from './predictor.js';

/**
 * Name (the value of PREDICTION) to topology. Imported with the first prediction, so that an instance
 * that never predicts has no model, no threads and no client in its memory.
 */
export const predictors = {
  'in-process': async () => (await import('./in-process.js')).openInProcess,
  threads: async () => (await import('./threads.js')).openThreads,
  server: async () => (await import('./server-client.js')).openServerClient,
} satisfies Record<string, () => Promise<OpenPredictor>>;

export type PredictorName = keyof typeof predictors;
