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
  // Without a main pair, the control pairs are already told cell by cell.
  if (view.mainPairs.length === 0) return [];
  const measured = view.controlPairs
    .map((pair) => ({ pair, cells: controlCells(pair) }))
    .filter(({ cells }) => cells.length > 0);
  if (measured.length > MOST_PAIRS_IN_WORDS) return [findingOfMany(measured)];
  return measured.map(({ pair, cells }) => controlFinding(pair, cells, view.result.trials));
}

/** The cheapest first. Which differences are unsure stands in the table of CPU time. */
function findingOfMany(measured: readonly { pair: Pair; cells: Comparison[] }[]): Finding {
  const least = (cells: Comparison[]) => Math.min(...cells.map(differenceOf));
  const parts = [...measured]
    .sort((a, b) => least(a.cells) - least(b.cells))
    .map(({ pair, cells }) => `${pair.candidate} ${rangeOfDifferences(cells)}`);
  const metric = measured[0]?.cells[0]?.metric ?? null;
  return finding(
    'control',
    `Authentication itself: over ${measured[0]?.pair.baseline}, the control without it, a request took more CPU time in ${serversOf(metric)}, in µs: ${listOf(parts)}.`,
    { metric },
  );
}

function rangeOfDifferences(cells: readonly Comparison[]): string {
  const differences = cells.map(differenceOf);
  const ends = [Math.min(...differences), Math.max(...differences)].map(formatMicroseconds);
  return ends[0] === ends[1] ? (ends[0] as string) : ends.join(' to ');
}

function serversOf(metric: string | null): string {
  return metric === 'cpu.total' ? 'all servers together' : 'the application';
}

/** The measured cells, by the CPU time of all servers if that is known, else of the application. */
export function controlCells({ comparisons }: Pair): Comparison[] {
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
  cells: Comparison[],
  trials: readonly Trial[],
): Finding {
  const metric = cells[0]?.metric ?? null;
  const undecided = cells.filter(({ verdict }) => verdict === 'unsure');
  const single = cells.every(({ rounds }) => rounds < 2);
  const apart = differInSign(cells) || (undecided.length > 0 && cells.length > 1 && !single);
  const shared = cells.some((cell) => leavesRoundsOut(cell, trials)) ? `, ${SHARED_ROUNDS}` : '';
  const what = `CPU time per request in ${serversOf(metric)}${shared}`;
  const who = `Authentication itself: over ${baseline}, the control without it, ${candidate}`;
  const amounts = apart
    ? `${who} added this much ${what}: ${differencesByPlace(cells).join('; ')}.`
    : `${who} added ${rangeOfDifferences(cells)} µs of ${what}.`;
  return finding('control', `${amounts}${doubtOf(undecided, cells, apart)}`, { metric });
}

function doubtOf(undecided: Comparison[], cells: Comparison[], apart: boolean): string {
  if (undecided.length === 0) return '';
  if (cells.every(({ rounds }) => rounds < 2)) {
    return ' One round has no interval, so this may be chance.';
  }
  return apart
    ? ' Where it is unsure, it may not differ at all.'
    : ` Whether it differs at all is unsure ${placesOf(undecided, cells)}.`;
}

function differInSign(cells: readonly Comparison[]): boolean {
  return new Set(cells.map((cell) => differenceOf(cell) < 0)).size > 1;
}

/** "38.1 to 39.2 µs on `me`", "−3.63 µs on `crud` with 1 instance (unsure)" */
function differencesByPlace(cells: readonly Comparison[]): string[] {
  return [...new Set(cells.map(({ workload }) => workload))].flatMap((workload) => {
    const here = cells.filter((cell) => cell.workload === workload);
    const words = new Set(here.map(certaintyOf));
    const [word = ''] = words;
    if (words.size === 1 && !differInSign(here)) {
      return [`${rangeOfDifferences(here)} µs on ${code(workload)}${word}`];
    }
    return here.map(
      (cell) =>
        `${rangeOfDifferences([cell])} µs on ${code(workload)} with ${countOf(cell.instances, 'instance')}${certaintyOf(cell)}`,
    );
  });
}

function certaintyOf(cell: Comparison): string {
  return cell.verdict === 'unsure' ? ` (${verdictWord(cell)})` : '';
}
