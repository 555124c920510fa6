/**
 * One curve: a variant under a workload, at several numbers of instances. Every analysis of this
 * folder reads one of these.
 */

import type { Result, Trial } from '../../model/result-schema.js';

export interface Series {
  /** Id of the variant. */
  variant: string;
  workload: string;
  /** Valid trials only, by rising number of instances. */
  trials: readonly Trial[];
  /** The numbers of instances that have a valid trial, rising. */
  counts: readonly number[];
}

export function seriesOf({ config, trials }: Pick<Result, 'config' | 'trials'>): Series[] {
  return config.workloads.flatMap((workload) =>
    config.variants.map(({ id }) => {
      const mine = trials
        .filter(
          (trial) =>
            trial.valid &&
            trial.throughputRps > 0 &&
            trial.variant === id &&
            trial.workload === workload,
        )
        .sort((a, b) => a.instances - b.instances);
      return { variant: id, workload, trials: mine, counts: countsOf(mine) };
    }),
  );
}

/** The part of a series with the fewest instances: what a forecast may know. */
export function smallestCounts(series: Series, howMany: number): Series {
  const counts = series.counts.slice(0, howMany);
  const trials = series.trials.filter(({ instances }) => counts.includes(instances));
  return { ...series, counts, trials };
}

export function trialsWith({ trials }: Series, instances: number): Trial[] {
  return trials.filter((trial) => trial.instances === instances);
}

function countsOf(trials: readonly Trial[]): number[] {
  return [...new Set(trials.map(({ instances }) => instances))];
}
