import type { OpenPredictor, Predictor, PredictorResources } from './predictor.js';

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

/** A predictor that is loaded and opened by the first prediction, and then stays. */
export function createLazyPredictor(name: PredictorName, resources: PredictorResources): Predictor {
  let opening: Promise<Predictor> | undefined;
  return {
    predict: async (question, credential) => {
      opening ??= predictors[name]().then((open) => open(resources));
      return (await opening).predict(question, credential);
    },
    close: async () => (await opening)?.close(),
  };
}
