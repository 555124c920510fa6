/**
 * What authentication costs: each strategy less the control without it, in CPU time.
 */

import type { Comparison, Trial } from '../../model/result-schema.js';
import { countOf } from '../../text/count-of.js';
import { code, formatMicroseconds, listOf } from '../../text/format.js';
import type { Pair, ReportView } from '../view.js';
import { verdictWord } from '../wording.js';
import { type Finding, finding, MOST_PAIRS_IN_WORDS } from './finding.js';
import { placesOf } from './places.js';
import { leavesRoundsOut, SHARED_ROUNDS } from './shared-rounds.js';

export function controlFindings(view: ReportView): Finding[] {
  // Without a main pair, the control pairs are already told scenario by scenario.
  if (view.mainPairs.length === 0) return [];
  const measured = view.controlPairs
    .map((pair) => ({ pair, comparisons: controlComparisons(pair) }))
    .filter(({ comparisons }) => comparisons.length > 0);
  if (measured.length > MOST_PAIRS_IN_WORDS) return [findingOfMany(measured)];
  return measured.map(({ pair, comparisons }) =>
    controlFinding(pair, comparisons, view.result.trials),
  );
}

/** The cheapest first. Which differences are unsure stands in the table of CPU time. */
function findingOfMany(measured: readonly { pair: Pair; comparisons: Comparison[] }[]): Finding {
  const least = (comparisons: Comparison[]) => Math.min(...comparisons.map(differenceOf));
  const parts = [...measured]
    .sort((a, b) => least(a.comparisons) - least(b.comparisons))
    .map(({ pair, comparisons }) => `${pair.candidate} ${rangeOfDifferences(comparisons)}`);
  const metric = measured[0]?.comparisons[0]?.metric ?? null;
  return finding(
    'control',
    `Authentication itself: over ${measured[0]?.pair.baseline}, the control without it, a request took more CPU time in ${serversOf(metric)}, in µs: ${listOf(parts)}.`,
    { metric },
  );
}

function rangeOfDifferences(comparisons: readonly Comparison[]): string {
  const differences = comparisons.map(differenceOf);
  const ends = [Math.min(...differences), Math.max(...differences)].map(formatMicroseconds);
  return ends[0] === ends[1] ? (ends[0] as string) : ends.join(' to ');
}

function serversOf(metric: string | null): string {
  return metric === 'cpu.total' ? 'all servers together' : 'the application';
}

/** The measured comparisons, by the CPU time of all servers if that is known, else of the application. */
export function controlComparisons({ comparisons }: Pair): Comparison[] {
  const of = (name: string) =>
    comparisons.filter(({ metric, rounds }) => metric === name && rounds > 0);
  return of('cpu.total').length > 0 ? of('cpu.total') : of('cpu.application');
}

/** In microseconds; negative when the candidate costs less than the control. */
export function differenceOf({ candidateMean, baselineMean }: Comparison): number {
  return (candidateMean ?? 0) - (baselineMean ?? 0);
}

function controlFinding(
  { baseline, candidate }: Pair,
  comparisons: Comparison[],
  trials: readonly Trial[],
): Finding {
  const metric = comparisons[0]?.metric ?? null;
  const undecided = comparisons.filter(({ verdict }) => verdict === 'unsure');
  const single = comparisons.every(({ rounds }) => rounds < 2);
  const apart =
    differInSign(comparisons) || (undecided.length > 0 && comparisons.length > 1 && !single);
  const shared = comparisons.some((comparison) => leavesRoundsOut(comparison, trials))
    ? `, ${SHARED_ROUNDS}`
    : '';
  const what = `CPU time per request in ${serversOf(metric)}${shared}`;
  const who = `Authentication itself: over ${baseline}, the control without it, ${candidate}`;
  const amounts = apart
    ? `${who} added this much ${what}: ${differencesByPlace(comparisons).join('; ')}.`
    : `${who} added ${rangeOfDifferences(comparisons)} µs of ${what}.`;
  return finding('control', `${amounts}${doubtOf(undecided, comparisons, apart)}`, { metric });
}

function doubtOf(undecided: Comparison[], comparisons: Comparison[], apart: boolean): string {
  if (undecided.length === 0) return '';
  if (comparisons.every(({ rounds }) => rounds < 2)) {
    return ' One round has no interval, so this may be chance.';
  }
  return apart
    ? ' Where it is not decided, it may not differ at all.'
    : ` Whether it differs at all is not decided ${placesOf(undecided, comparisons)}.`;
}

function differInSign(comparisons: readonly Comparison[]): boolean {
  return new Set(comparisons.map((comparison) => differenceOf(comparison) < 0)).size > 1;
}

/** "38.1 to 39.2 µs on `me`", "−3.63 µs on `crud` with 1 instance (unsure)" */
function differencesByPlace(comparisons: readonly Comparison[]): string[] {
  return [...new Set(comparisons.map(({ workload }) => workload))].flatMap((workload) => {
    const here = comparisons.filter((comparison) => comparison.workload === workload);
    const words = new Set(here.map(certaintyOf));
    const [word = ''] = words;
    if (words.size === 1 && !differInSign(here)) {
      return [`${rangeOfDifferences(here)} µs on ${code(workload)}${word}`];
    }
    return here.map(
      (comparison) =>
        `${rangeOfDifferences([comparison])} µs on ${code(workload)} with ${countOf(comparison.instances, 'instance')}${certaintyOf(comparison)}`,
    );
  });
}

function certaintyOf(comparison: Comparison): string {
  return comparison.verdict === 'unsure' ? ` (${verdictWord(comparison)})` : '';
}
