/** Verdicts of many runs of two variants, counted: how often the lab was right, wrong, or did not know. */

import type { Comparison } from '../model/result-schema.js';
import { wilsonInterval } from '../statistics/proportion.js';
import { median } from '../statistics/quantile.js';
import { left, right, type Table } from '../text/blocks.js';
import { formatPercentPoints, formatRatio, formatShare, NOT_MEASURED } from '../text/format.js';

export interface DetectionCount {
  metric: string;
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
  metrics: readonly string[],
  different: boolean,
): DetectionCount[] {
  return metrics.map((metric) => {
    const found = runs.flatMap((comparisons) => comparisons.filter((one) => one.metric === metric));
    const count = (...verdicts: Comparison['verdict'][]) =>
      found.filter(({ verdict }) => verdicts.includes(verdict)).length;
    const ratios = found.flatMap(({ ratio }) => ratio ?? []);
    return {
      metric,
      runs: found.length,
      right: different ? count('slower') : count('equal', 'unsure'),
      wrong: different ? count('faster') : count('faster', 'slower'),
      equal: count('equal'),
      unsure: count('unsure'),
      medianRatio: ratios.length > 0 ? median(ratios) : null,
    };
  });
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
    rows: counts.map(({ metric, runs, right: found, wrong, equal, unsure, medianRatio }) => {
      const counted = different ? found : wrong;
      return [
        ...[metric, String(runs), String(counted)],
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
