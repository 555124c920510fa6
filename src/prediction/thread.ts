/** What a thread of the pool runs; its export is the task. */
import { type Classification, createClassifier } from './model/classifier.js';
import { spamModel } from './model/spam-model.js';

const classify = createClassifier(spamModel);

export function classifyText(text: string): Classification {
  return classify(text);
}
