import { createClassifier } from './model/classifier.js';
import { spamModel } from './model/spam-model.js';
import { type OpenPredictor, predictionOf } from './predictor.js';

/**
 * A monolith: the model runs on the event loop of the instance, synchronously. No hop and no copy, but
 * every other request of the instance waits while it computes.
 */
export const openInProcess: OpenPredictor = () => {
  const classify = createClassifier(spamModel);
  return {
    predict: async (question) => predictionOf(classify(question)),
    close: async () => {},
  };
};
