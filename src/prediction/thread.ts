/** What a thread of the pool runs; its export is the task. */
import { type Classification, createClassifier, type Question } from './model/classifier.js';
import { spamModel } from './model/spam-model.js';

const classify = createClassifier(spamModel);

export interface Task {
  readonly question: Question;
  /** Nobody waits for the answer any longer after this time; of Date.now(). */
  readonly deadlineMs: number;
}

/** @returns undefined: it waited too long for this thread, and was not computed */
export function answer({ question, deadlineMs }: Task): Classification | undefined {
  return Date.now() > deadlineMs ? undefined : classify(question);
}
