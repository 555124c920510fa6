/**
 * What every form of the report is made from, computed once from the result alone.
 */

import { compareStrategies } from '../analyse/compare.js';
import { analyseScaling, type Scaling } from '../analyse/scaling/analyse-scaling.js';
import { type Summary, summarise } from '../analyse/summarise.js';
import { databaseOf } from '../model/databases.js';
import type { Comparison, Result } from '../model/result-schema.js';
import { tierOf } from '../model/tiers.js';
import { isSameProgram, type Variant, variantWith } from '../model/variant.js';

export interface ReportedVariant extends Variant {
  /** What the service says of its strategy; empty when the result carries nothing. */
  summary: string;
  control: boolean;
  /**
   * What tells it from another variant of the same strategy: "PREDICTION=threads", or "the same program
   * as session"; empty where the id says all.
   */
  difference: string;
}

/** Two variants, by their ids. */
export interface Pair {
  baseline: string;
  candidate: string;
  comparisons: Comparison[];
}

export interface ReportView {
  result: Result;
  /** In the order asked for: the order as run is shuffled, and would turn pairs round. */
  variants: ReportedVariant[];
  summaries: Summary[];
  /** Empty where too few numbers of instances were measured for a curve. */
  scaling: Scaling[];
  /** The pairs that the verdict speaks of: the first variant against each other one. */
  mainPairs: Pair[];
  /** The control without authentication against each variant: what authentication costs. */
  controlPairs: Pair[];
  /** A program against itself: the noise floor. */
  sameProgramPairs: Pair[];
  /** Every pair, for the table of all comparisons. */
  allPairs: Pair[];
}

export function viewOf(result: Result): ReportView {
  const variants = reportedVariants(result);
  const controls = new Set(variants.filter(({ control }) => control).map(({ id }) => id));
  // A run that was cut short may end before its comparisons were written.
  const comparisons =
    result.comparisons.length > 0 ? result.comparisons : compareStrategies(result);
  const allPairs = pairsOf(comparisons);
  const isOneProgram = ({ baseline, candidate }: Pair) =>
    isSameProgram(variantWith(baseline, variants), variantWith(candidate, variants));
  const sameProgramPairs = allPairs.filter(isOneProgram);
  const controlPairs = allPairs.filter(
    (pair) => controls.has(pair.baseline) && !isOneProgram(pair),
  );
  const first = variants.find(({ control }) => !control)?.id;
  const mainPairs = allPairs.filter(
    (pair) => pair.baseline === first && !controls.has(pair.candidate) && !isOneProgram(pair),
  );
  return {
    result,
    variants,
    summaries: summarise(result),
    scaling: scalingOf(result),
    mainPairs,
    controlPairs,
    sameProgramPairs,
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

/** Measured conditions only: a plan that was cut short leaves some without a trial. */
export function measuredSummaries({ summaries }: ReportView): Summary[] {
  return summaries.filter(({ validRounds, invalidRounds }) => validRounds + invalidRounds > 0);
}

function reportedVariants({ config, strategies }: Result): ReportedVariant[] {
  return config.variants.map((variant, index) => {
    const known = strategies.find(({ name }) => name === variant.strategy);
    return {
      ...variant,
      summary: known?.summary ?? '',
      control: known?.control ?? false,
      difference: differenceOf(variant, config.variants.slice(0, index)),
    };
  });
}

/** @param before the variants named before it */
function differenceOf(variant: Variant, before: readonly Variant[]): string {
  const twin = before.find((other) => isSameProgram(other, variant));
  if (twin !== undefined) return `the same program as ${twin.id}`;
  return Object.entries(variant.environment)
    .map((entry) => entry.join('='))
    .join(', ');
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
