import type { Predictor, PredictorResources } from './predictor.js';
import { type PredictorName, predictors } from './registry.js';

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
