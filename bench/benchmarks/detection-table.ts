/** Verdicts of many runs of two variants, counted: how often the lab was right, wrong, or did not know. */

import type { Metric } from '../analyse/metrics.js';
import type { Comparison, Trial } from '../model/result-schema.js';
import { wilsonInterval } from '../statistics/proportion.js';
import { median } from '../statistics/quantile.js';
import { varianceOf } from '../statistics/statistics.js';
import { left, right, type Table } from '../text/blocks.js';
import { formatPercentPoints, formatRatio, formatShare, NOT_MEASURED } from '../text/format.js';

export interface DetectionCount {
  /** Metric and workload. */
  figure: string;
  runs: number;
  /** The variant with more work, or none at all where both have the same. */
  right: number;
  wrong: number;
  equal: number;
  unsure: number;
  /** Of the ratios, second variant over first; null where no run has one. */
  medianRatio: number | null;
}

/**
 * @param runs the comparisons of each run: one scenario, one pair
 * @param different whether the second variant truly does more work. Then "slower" is right; else any winner
 *   is wrong, and "equal" and "unsure" are right together.
 */
export function countDetections(
  runs: readonly (readonly Comparison[])[],
  figures: readonly string[],
  different: boolean,
): DetectionCount[] {
  return figures.map((figure) => {
    const found = runs.flatMap((comparisons) =>
      comparisons.filter((one) => figureOf(one) === figure),
    );
    const count = (...verdicts: Comparison['verdict'][]) =>
      found.filter(({ verdict }) => verdicts.includes(verdict)).length;
    const ratios = found.flatMap(({ ratio }) => ratio ?? []);
    return {
      figure,
      runs: found.length,
      right: different ? count('slower') : count('equal', 'unsure'),
      wrong: different ? count('faster') : count('faster', 'slower'),
      equal: count('equal'),
      unsure: count('unsure'),
      medianRatio: ratios.length > 0 ? median(ratios) : null,
    };
  });
}

/** What a comparison is counted as. */
export function figureOf({ metric, workload }: Comparison): string {
  return `${metric}, ${workload}`;
}

/**
 * How far the ratio of two variants moves from round to round of one run.
 *
 * @returns standard deviation of its logarithm over the rounds in which both are valid; null below two
 */
export function scatterOfRatio(
  trials: readonly Trial[],
  [first, second]: readonly [string, string],
  metric: Metric,
): number | null {
  const of = (variant: string, round: number) => {
    const trial = trials.find((one) => one.variant === variant && one.round === round && one.valid);
    return trial ? metric.of(trial) : null;
  };
  const rounds = [...new Set(trials.map(({ round }) => round))];
  const logarithms = rounds.flatMap((round) => {
    const [one, other] = [of(first, round), of(second, round)];
    return one && other ? [Math.log(other / one)] : [];
  });
  return logarithms.length < 2 ? null : Math.sqrt(varianceOf(logarithms));
}

export function detectionTable(counts: readonly DetectionCount[], different: boolean): Table {
  return {
    kind: 'table',
    caption: different
      ? 'Found: the variant with more work was called slower or more expensive. Wrong: the other one was.'
      : 'False winner: one of two equal variants was called faster or slower.',
    columns: [
      ...[left('Figure'), right('Runs'), right(different ? 'Found' : 'False winner')],
      ...(different ? [right('Wrong')] : []),
      ...[right('Equal'), right('Unsure'), right('Share'), right('95 % interval')],
      right('Median ratio'),
    ],
    rows: counts.map(({ figure, runs, right: found, wrong, equal, unsure, medianRatio }) => {
      const counted = different ? found : wrong;
      return [
        ...[figure, String(runs), String(counted)],
        ...(different ? [String(wrong)] : []),
        ...[String(equal), String(unsure)],
        ...(runs > 0
          ? [formatShare(counted / runs), intervalText(counted, runs)]
          : [NOT_MEASURED, NOT_MEASURED]),
        formatRatio(medianRatio),
      ];
    }),
    rowHeaders: 1,
  };
}

function intervalText(counted: number, runs: number): string {
  const [low, high] = wilsonInterval(counted, runs).map((share) =>
    formatPercentPoints(share * 100),
  );
  return `${low} to ${high} %`;
}
