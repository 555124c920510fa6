/** Everything the lab can say about how a variant scales, from the trials of a result. */
import type { Result } from '../../model/result-schema.js';
import { type Demand, demandsOf } from './demands.js';
import { BASIS_COUNTS, type Forecast, forecastOf } from './forecast.js';
import { type PredictedKnee, predictKnee } from './knee.js';
import { bendsSharply, type Law, lawOf } from './law.js';
import { type MeasuredKnee, measureKnee } from './measured-knee.js';
import { type Series, seriesOf, smallestCounts } from './series.js';

/** Below so many numbers of instances there is no curve. */
export const LEAST_COUNTS_FOR_A_CURVE = 3;

export interface Scaling {
  /** Id of the variant. */
  variant: string;
  workload: string;
  /** The numbers of instances with a valid trial, rising. */
  counts: readonly number[];
  demands: Demand[];
  law: Law;
  /** A rise and a plateau describe the points better than the law. */
  sharpBend: boolean;
  /** From the demands at every number of instances. */
  predictedKnee: PredictedKnee | null;
  /** From the demands at the smallest numbers of instances alone, those that the forecast knows. */
  kneeFromFewest: PredictedKnee | null;
  measuredKnee: MeasuredKnee | null;
  forecast: Forecast | null;
}

/** One for each variant and workload with a curve; the seed of the run repeats every figure. */
export function analyseScaling(result: Pick<Result, 'config' | 'trials'>): Scaling[] {
  return seriesOf(result)
    .filter(({ counts }) => counts.length >= LEAST_COUNTS_FOR_A_CURVE)
    .map((series) => scalingOf(series, result.config.seed));
}

function scalingOf(series: Series, seed: number): Scaling {
  const { variant, workload, counts } = series;
  const law = lawOf(series);
  const measuredKnee = measureKnee(series);
  return {
    variant,
    workload,
    counts,
    demands: demandsOf(series),
    law,
    sharpBend: law.law !== null && bendsSharply(law.law, measuredKnee),
    predictedKnee: predictKnee(series),
    kneeFromFewest: predictKnee(smallestCounts(series, BASIS_COUNTS)),
    measuredKnee,
    forecast: forecastOf(series, seed),
  };
}
