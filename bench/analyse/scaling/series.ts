/**
 * One curve: a strategy under a workload, at several numbers of instances. Every analysis of this
 * folder reads one of these.
 */

import { armNames } from '../../model/arms.js';
import type { Result, Trial } from '../../model/result-schema.js';

export interface Series {
  strategy: string;
  workload: string;
  /** Valid trials only, by rising number of instances. */
  trials: readonly Trial[];
  /** The numbers of instances that have a valid trial, rising. */
  counts: readonly number[];
}

export function seriesOf({ config, trials }: Pick<Result, 'config' | 'trials'>): Series[] {
  return config.workloads.flatMap((workload) =>
    armNames(config.strategies).map((strategy) => {
      const mine = trials
        .filter(
          (trial) =>
            trial.valid &&
            trial.throughputRps > 0 &&
            trial.strategy === strategy &&
            trial.workload === workload,
        )
        .sort((a, b) => a.instances - b.instances);
      return { strategy, workload, trials: mine, counts: countsOf(mine) };
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
