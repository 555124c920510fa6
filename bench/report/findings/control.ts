/**
 * What authentication costs: each strategy less the control without it, in CPU time.
 */
import type { Comparison } from '../../result/schema.js';
import { formatNumber } from '../format.js';
import type { Pair, ReportView } from '../view.js';
import { type Finding, finding } from './finding.js';
import { placesOf } from './places.js';

export function controlFindings(view: ReportView): Finding[] {
  // Without a main pair, the control pairs are already told cell by cell.
  if (view.mainPairs.length === 0) return [];
  return view.controlPairs.flatMap((pair) => {
    const cells = controlCells(pair);
    return cells.length > 0 ? [controlFinding(pair, cells)] : [];
  });
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
  const servers = metric === 'cpu.total' ? 'all servers together' : 'the application';
  const differences = cells.map(differenceOf);
  const ends = [Math.min(...differences), Math.max(...differences)].map(formatNumber);
  const range = ends[0] === ends[1] ? ends[0] : ends.join(' to ');
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
    `Authentication itself: over ${baseline}, the control without it, ${candidate} added ${range} µs of CPU time per request in ${servers}.${doubt}`,
    { metric },
  );
}
