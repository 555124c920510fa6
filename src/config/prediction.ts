import * as z from 'zod';
import { type PredictorName, predictors } from '../prediction/registry.js';
import type { ValuesOf } from './environment.js';
import { httpUrl, integer } from './variables.js';

export interface PredictionSettings {
  /** Where the model runs. */
  readonly prediction: PredictorName;
  /** Present where that is a server of its own. */
  readonly predictionUrl: string | undefined;
  readonly predictionTimeoutMs: number;
}

export const predictionVariables = {
  PREDICTION: z
    .enum(Object.keys(predictors) as [PredictorName, ...PredictorName[]])
    .default('in-process'),
  PREDICTION_URL: httpUrl('http://127.0.0.1:3200').optional(),
  PREDICTION_TIMEOUT_MS: integer(10, 60_000, 1000),
};

export function toPredictionSettings(
  values: ValuesOf<typeof predictionVariables>,
): PredictionSettings {
  return {
    prediction: values.PREDICTION,
    predictionUrl: values.PREDICTION_URL,
    predictionTimeoutMs: values.PREDICTION_TIMEOUT_MS,
  };
}
