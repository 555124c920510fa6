/**
 * What authentication costs: each strategy less the control without it, in CPU time.
 */
import type { Comparison } from '../../result/schema.js';
import { formatNumber, listOf } from '../format.js';
import type { Pair, ReportView } from '../view.js';
import { type Finding, finding, MOST_PAIRS_IN_WORDS } from './finding.js';
import { placesOf } from './places.js';

export function controlFindings(view: ReportView): Finding[] {
  // Without a main pair, the control pairs are already told cell by cell.
  if (view.mainPairs.length === 0) return [];
  const measured = view.controlPairs
    .map((pair) => ({ pair, cells: controlCells(pair) }))
    .filter(({ cells }) => cells.length > 0);
  if (measured.length > MOST_PAIRS_IN_WORDS) return [findingOfMany(measured)];
  return measured.map(({ pair, cells }) => controlFinding(pair, cells));
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
  const ends = [Math.min(...differences), Math.max(...differences)].map(formatNumber);
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

function controlFinding({ baseline, candidate }: Pair, cells: Comparison[]): Finding {
  const metric = cells[0]?.metric ?? null;
  const undecided = cells.filter(({ verdict }) => verdict === 'unsure');
  const single = cells.every(({ rounds }) => rounds < 2);
  const doubt =
    undecided.length === 0
      ? ''
      : single
        ? ' One round has no interval, so this may be chance.'
        : ` Whether it differs at all is unsure ${placesOf(undecided, cells)}.`;
  return finding(
    'control',
    `Authentication itself: over ${baseline}, the control without it, ${candidate} added ${rangeOfDifferences(cells)} µs of CPU time per request in ${serversOf(metric)}.${doubt}`,
    { metric },
  );
}
