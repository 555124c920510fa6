/**
 * What every form of the report is made from, computed once from the result alone.
 */

import { compareStrategies } from '../analyse/compare.js';
import { analyseScaling, type Scaling } from '../analyse/scaling/analyse-scaling.js';
import { type Summary, summarise } from '../analyse/summarise.js';
import { armNames, strategyOfArm } from '../model/arms.js';
import { databaseOf } from '../model/databases.js';
import type { Comparison, Result } from '../model/result-schema.js';
import { tierOf } from '../model/tiers.js';
import { isSameProgram, variantOf } from './variants.js';

export interface Arm {
  name: string;
  /** What the service says of it; empty when the result carries nothing. */
  summary: string;
  control: boolean;
  /** What tells it from another side of the same strategy; empty where the name says all. */
  variant: string;
}

export interface Pair {
  baseline: string;
  candidate: string;
  comparisons: Comparison[];
}

export interface ReportView {
  result: Result;
  arms: Arm[];
  summaries: Summary[];
  /** Empty where too few numbers of instances were measured for a curve. */
  scaling: Scaling[];
  /** The pairs that the verdict speaks of: the first strategy against each other one. */
  mainPairs: Pair[];
  /** The control without authentication against each strategy: what authentication costs. */
  controlPairs: Pair[];
  /** A strategy against itself: the noise floor. */
  sameStrategyPairs: Pair[];
  /** Every pair, for the table of all comparisons. */
  allPairs: Pair[];
}

export function viewOf(result: Result): ReportView {
  const arms = armsOf(result);
  const controls = new Set(arms.filter(({ control }) => control).map(({ name }) => name));
  // A run that was cut short may end before its comparisons were written.
  const comparisons =
    result.comparisons.length > 0 ? result.comparisons : compareStrategies(result);
  const allPairs = pairsOf(comparisons);
  const isOneProgram = ({ baseline, candidate }: Pair) =>
    isSameProgram(baseline, candidate, result.config);
  const sameStrategyPairs = allPairs.filter(isOneProgram);
  const controlPairs = allPairs.filter(
    (pair) => controls.has(pair.baseline) && !isOneProgram(pair),
  );
  const first = arms.find(({ control }) => !control)?.name;
  const mainPairs = allPairs.filter(
    (pair) => pair.baseline === first && !controls.has(pair.candidate) && !isOneProgram(pair),
  );
  return {
    result,
    arms,
    summaries: summarise(result),
    scaling: scalingOf(result),
    mainPairs,
    controlPairs,
    sameStrategyPairs,
    allPairs,
  };
}

/** The dearest analysis, and every form of a report needs the same. */
const scalings = new WeakMap<Result, Scaling[]>();

function scalingOf(result: Result): Scaling[] {
  const scaling = scalings.get(result) ?? analyseScaling(result);
  scalings.set(result, scaling);
  return scaling;
}

/** The database of the run, for people. */
export function databaseProduct({ result }: Pick<ReportView, 'result'>): string {
  return tierOf(databaseOf(result.config)).label;
}

/** Measured cells only: a plan that was cut short leaves cells without a trial. */
export function measuredSummaries({ summaries }: ReportView): Summary[] {
  return summaries.filter(({ validRounds, invalidRounds }) => validRounds + invalidRounds > 0);
}

function armsOf({ config, strategies }: Result): Arm[] {
  // As asked for: the order as run is shuffled, and would turn pairs round.
  const names = armNames(config.strategies);
  return names.map((name, index) => {
    const known = strategies.find((strategy) => strategy.name === strategyOfArm(name));
    return {
      name,
      summary: known?.summary ?? '',
      control: known?.control ?? false,
      variant: variantOf(name, names.slice(0, index), config),
    };
  });
}

function pairsOf(comparisons: Comparison[]): Pair[] {
  const pairs: Pair[] = [];
  for (const comparison of comparisons) {
    const { baseline, candidate } = comparison;
    const known = pairs.find((pair) => pair.baseline === baseline && pair.candidate === candidate);
    if (known) known.comparisons.push(comparison);
    else pairs.push({ baseline, candidate, comparisons: [comparison] });
  }
  return pairs;
}
