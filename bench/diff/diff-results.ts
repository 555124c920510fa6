/**
 * Two runs -> what changed from A to B, for each condition and metric that both measured. Pure.
 *
 * The runs did not share rounds, so rounds cannot be paired: each run is a sample of its own, and the
 * interval is Welch's, on the logarithms. What it cannot know is how the machine differed between the
 * two runs. Where both have a control, each value is therefore first divided by the control's of its own
 * round, and what slowed both down cancels.
 */

import { verdictFor } from '../analyse/compare.js';
import { METRICS, verdictsOfPair } from '../analyse/metrics.js';
import { type Condition, conditionOf } from '../model/condition.js';
import type { Result, Verdict } from '../model/result-schema.js';
import { controlOf } from '../model/variant.js';
import { type PooledSpread, pooledSpread } from '../statistics/statistics.js';
import { type Difference, intervalOfDifference, welchDifference } from '../statistics/welch.js';
import { type Basis, type Gap, gapsOf, isPlannedIn } from './gaps.js';
import { isCounterpart, type Series, seriesOf } from './series.js';

/** `control`: relative to the control of the same round. `absolute`: as measured. */
export type { Basis } from './gaps.js';

export interface Change {
  /** B over A: of the geometric means. */
  ratio: number;
  /** null where a run has fewer than two rounds. */
  interval95: [number, number] | null;
  /** Holds for all scenarios and metrics of this variant at once. */
  simultaneousInterval: [number, number] | null;
  /** On the logarithms, for intervals at other levels; null as the intervals are. */
  difference: Difference | null;
  roundsA: number;
  roundsB: number;
}

export interface DiffRow extends Condition {
  metric: string;
  control: boolean;
  /** Arithmetic means as measured, in the metric's unit. */
  meanA: number;
  meanB: number;
  /** As measured. */
  absolute: Change;
  /** Relative to the control; null where a run has none, and for the control itself. */
  relative: Change | null;
  /** Which of the two the verdict and the gates look at. */
  basis: Basis;
  /** Of B: "faster" is better than A, for CPU time: cheaper. */
  verdict: Verdict;
}

export interface Diff {
  rows: DiffRow[];
  /** What one run measured and the other did not. */
  onlyInA: Condition[];
  onlyInB: Condition[];
  /** The smaller of both runs'. */
  equivalenceMargin: number;
  /** Which was asked for; where a run has no control, rows have `absolute` all the same. */
  asked: Basis;
  /** Names of the runs without a control: "A", "B". */
  withoutControl: string[];
  /** What was planned in A or in B and cannot be decided between them. */
  gaps: (Gap & { plannedInA: boolean })[];
}

/** @param basis `absolute` takes figures as measured even where both runs have a control */
export function diffResults(a: Result, b: Result, basis: Basis = 'control'): Diff {
  const equivalenceMargin = Math.min(a.config.equivalenceMargin, b.config.equivalenceMargin);
  const [seriesA, seriesB] = [seriesOf(a), seriesOf(b)];
  const pairs = seriesA.flatMap((before): Pair[] => {
    const after = seriesB.find(
      (known) => known.metric === before.metric && isCounterpart(known, before),
    );
    return after ? [{ before, after }] : [];
  });
  return {
    rows: pairs.map((pair) => rowOf(pair, pairs.filter(isAlike(pair)), basis, equivalenceMargin)),
    onlyInA: conditionsMissingFrom(seriesB, seriesA),
    onlyInB: conditionsMissingFrom(seriesA, seriesB),
    equivalenceMargin,
    asked: basis,
    withoutControl: Object.entries({ A: a, B: b }).flatMap(([name, run]) =>
      controlOf(run.config.variants, run.strategies) === undefined ? [name] : [],
    ),
    gaps: gapsOf(a, b, basis).map((gap) => ({ ...gap, plannedInA: isPlannedIn(a, gap) })),
  };
}

/** The row's change that the verdict and the gates look at. */
export function decidingChange(row: DiffRow): Change {
  return row.basis === 'control' && row.relative ? row.relative : row.absolute;
}

interface Pair {
  before: Series;
  after: Series;
}

/** Of the same metric and variant, in any scenario. */
function isAlike({ before }: Pair): (other: Pair) => boolean {
  return (other) =>
    other.before.metric === before.metric && other.before.variant === before.variant;
}

function rowOf(
  pair: Pair,
  alike: readonly Pair[],
  wanted: Basis,
  equivalenceMargin: number,
): DiffRow {
  const { before, after } = pair;
  const { metric, control } = before;
  const absolute = changeOf(pair, alike, ({ values }) => values);
  const relative =
    before.relative && after.relative
      ? changeOf(pair, alike, (series) => series.relative ?? [])
      : null;
  const basis = relative && wanted === 'control' ? 'control' : 'absolute';
  const deciding = basis === 'control' && relative ? relative : absolute;
  const better = METRICS.find(({ name }) => name === metric)?.better ?? 'lower';
  return {
    ...conditionOf(before),
    ...{ metric, control },
    meanA: meanOf(before.values),
    meanB: meanOf(after.values),
    absolute,
    relative,
    basis,
    verdict: verdictFor(
      better,
      deciding.interval95,
      deciding.simultaneousInterval,
      equivalenceMargin,
    ),
  };
}

/** @param alike the pairs of the same metric and variant, this one included */
function changeOf(
  { before, after }: Pair,
  alike: readonly Pair[],
  valuesOf: (series: Series) => readonly number[],
): Change {
  const logsOf = (series: Series) => valuesOf(series).map(Math.log);
  // Each run has a spread of its own, shared by its scenarios (docs/decisions/004).
  const shared = (run: keyof Pair): PooledSpread | null =>
    pooledSpread(alike.map((each) => logsOf(each[run])));
  const [first, second] = [logsOf(before), logsOf(after)];
  const difference = welchDifference(
    { values: first, shared: shared('before') },
    { values: second, shared: shared('after') },
  );
  return {
    ratio: Math.exp(meanOf(second) - meanOf(first)),
    interval95: difference && ratioInterval(difference, 0.95),
    simultaneousInterval:
      difference && ratioInterval(difference, 1 - 0.05 / verdictsOfPair(alike.length)),
    difference,
    roundsA: first.length,
    roundsB: second.length,
  };
}

/** The interval of the ratio B over A. @param confidence for instance 0.95 */
export function ratioInterval(difference: Difference, confidence: number): [number, number] {
  const [low, high] = intervalOfDifference(difference, confidence);
  return [Math.exp(low), Math.exp(high)];
}

function conditionsMissingFrom(there: readonly Series[], here: readonly Series[]): Condition[] {
  const missing = here.filter((series) => !there.some((other) => isCounterpart(other, series)));
  return missing
    .filter((each, index) => missing.findIndex((other) => isCounterpart(other, each)) === index)
    .map(conditionOf);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
