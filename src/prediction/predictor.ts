import type { Logger } from 'pino';
import { AppError } from '../server/errors.js';
import type { Classification, Prediction, Question } from './model/classifier.js';

/**
 * The contract of a topology: where the model runs. A new one is one file that exports an
 * `OpenPredictor` and one line in registry.ts. All of them pass the same suite (test/contract).
 */

/** What proves who is asking, as the request brought it: a model elsewhere must check it for itself. */
export interface ForwardedCredential {
  readonly authorization: string | undefined;
  readonly cookie: string | undefined;
}

export interface Predictor {
  /**
   * @param question its text has 1 to 20,000 characters
   * @throws AppError `unsupported_language` (422); `prediction_unavailable` (503)
   */
  predict(question: Question, credential: ForwardedCredential): Promise<Prediction>;
  close(): Promise<void>;
}

export interface PredictorResources {
  /** Of the prediction server; config/ lets no instance start without it where it is needed. */
  readonly url: string | undefined;
  /** Longest wait for an answer from elsewhere, all attempts together. */
  readonly timeoutMs: number;
  readonly log: Logger;
}

export type OpenPredictor = (resources: PredictorResources) => Predictor;

/** @throws AppError `unsupported_language` */
export function predictionOf({ prediction, unsupported }: Classification): Prediction {
  if (prediction === undefined) {
    throw new AppError('unsupported_language', { detail: unsupported });
  }
  return prediction;
}

/** 503: the model cannot be asked now. The rest of the API goes on. */
export function predictionUnavailable(cause: unknown): AppError {
  return new AppError('prediction_unavailable', {
    detail: 'Ask again in a moment; nothing is wrong with the request.',
    headers: { 'Retry-After': '1' },
    cause,
  });
}
