/**
 * Judges the conditions of --fail-on. A condition is broken when the change goes beyond its limit and the
 * interval does not include "no change". The interval holds for all figures that the gate looks at, at once:
 * a build that changes nothing then fails by chance in at most one of forty runs, however many
 * conditions there are (each has one bad side, and 5 % are spread over two).
 */

import type { Condition } from '../model/condition.js';
import { usageError } from '../model/errors.js';
import { countOf } from '../text/count-of.js';
import { isTelling } from '../text/format.js';
import {
  type Basis,
  type Diff,
  type DiffRow,
  decidingChange,
  ratioInterval,
} from './diff-results.js';
import type { Gap } from './gaps.js';
import type { GateCondition } from './gate-conditions.js';

export interface JudgedFigure {
  row: DiffRow;
  ratio: number;
  /** Holds for all figures of the gate at once, at 95 %. */
  interval: [number, number];
  basis: Basis;
  broken: boolean;
}

export interface JudgedCondition {
  condition: GateCondition;
  figures: JudgedFigure[];
  broken: boolean;
}

/**
 * Everything of A that a condition covers must be decidable, or nothing is judged: a gate that silently
 * leaves out what was not measured would pass for ever.
 *
 * @throws LabError CONTROL_MISSING, CONDITION_WITHOUT_DATA, exit code 2, with the list of what is missing
 */
export function judgeConditions(
  conditions: readonly GateCondition[],
  diff: Diff,
): JudgedCondition[] {
  const watched = conditions.map((condition) => ({ condition, rows: rowsFor(condition, diff) }));
  assertNotTheMachine(watched, diff);
  assertMeasured(conditions, diff);
  const distinct = new Set(watched.flatMap(({ rows }) => rows));
  const confidence = 1 - 0.05 / distinct.size;
  const judged = watched.map(({ condition, rows }) => {
    const figures = rows.map((row) => judgeFigure(condition, row, confidence));
    return { condition, figures, broken: figures.some(({ broken }) => broken) };
  });
  assertTold(judged);
  return judged;
}

function rowsFor(condition: GateCondition, diff: Diff): DiffRow[] {
  const found = diff.rows.filter((row) => isCovered(condition, row));
  const hasGap = diff.gaps.some((gap) => gap.plannedInA && isCovered(condition, gap));
  if (found.length > 0 || hasGap) return found;
  throw noData([
    `"${condition.text}" matches nothing that run A was to measure`,
    ...diff.gaps.filter((gap) => isCovered(condition, gap)).map(gapText),
    available(diff.rows),
  ]);
}

function isCovered(condition: GateCondition, figure: Condition & { metric: string }): boolean {
  return (
    figure.variant === condition.variant &&
    figure.metric === condition.metric &&
    (condition.workload === null || figure.workload === condition.workload) &&
    (condition.instances === null || figure.instances === condition.instances)
  );
}

/**
 * Between two runs the machine drifts by more than any change of code. Figures as measured can thus fail
 * identical code, so they decide only where that was asked for.
 */
function assertNotTheMachine(
  watched: readonly { condition: GateCondition; rows: DiffRow[] }[],
  { asked, withoutControl }: Diff,
): void {
  const [first] = watched;
  if (asked === 'absolute' || !first) return;
  if (withoutControl.length > 0) {
    throw usageError(
      'CONTROL_MISSING',
      `--fail-on: "${first.condition.text}": ${withoutControl.length === 2 ? 'neither run has' : `run ${withoutControl[0]} does not have`} the control to relate figures to, and between two runs a machine drifts by more than code changes. Add none to --strategies of both runs, or give --absolute to judge figures as measured.`,
    );
  }
  const ofControl = watched.find(({ rows }) => rows.some(({ control }) => control));
  if (ofControl) {
    throw usageError(
      'CONTROL_MISSING',
      `--fail-on: "${ofControl.condition.text}" watches the control itself, which nothing is left to relate to: the machine may have changed between the two runs. Watch another strategy, or give --absolute to judge figures as measured.`,
    );
  }
}

function assertMeasured(conditions: readonly GateCondition[], { gaps, rows }: Diff): void {
  const missing = gaps.filter(
    (gap) => gap.plannedInA && conditions.some((condition) => isCovered(condition, gap)),
  );
  if (missing.length === 0) return;
  throw noData([
    `nothing is judged, because ${countOf(missing.length, 'figure')} that the conditions cover cannot be decided`,
    ...missing.map(gapText),
    available(rows),
  ]);
}

/** An interval over a factor of a hundred leaves any change possible: that holds is no finding. */
function assertTold(judged: readonly JudgedCondition[]): void {
  const silent = judged.flatMap(({ figures }) =>
    figures.filter(({ broken, interval }) => !broken && !isTelling(interval)),
  );
  if (silent.length === 0) return;
  const paths = [...new Set(silent.map(({ row }) => pathOf(row)))];
  throw noData([
    'nothing is judged, because these figures scatter too much to tell any change',
    ...paths,
    'Measure with more --rounds, on a quieter machine.',
  ]);
}

function judgeFigure(condition: GateCondition, row: DiffRow, confidence: number): JudgedFigure {
  const { ratio, difference } = decidingChange(row);
  const interval: [number, number] = difference
    ? ratioInterval(difference, confidence)
    : [0, Number.POSITIVE_INFINITY];
  const change = ratio - 1;
  const broken =
    condition.direction === 'above'
      ? change > condition.limit && interval[0] > 1
      : change < condition.limit && interval[1] < 1;
  return { row, ratio, interval, basis: row.basis, broken };
}

export function pathOf({ variant, workload, instances, metric }: DiffRow): string {
  return `${variant}.${workload}.${instances}.${metric}`;
}

function available(rows: readonly DiffRow[]): string {
  const listed = (of: (row: DiffRow) => string | number) => [...new Set(rows.map(of))].join(', ');
  return rows.length === 0
    ? 'Both measured nothing in common.'
    : `Available: strategies ${listed((row) => row.variant)}; workloads ${listed((row) => row.workload)}; instances ${listed((row) => row.instances)}; metrics ${listed((row) => row.metric)}.`;
}

function gapText(gap: Gap): string {
  return `${gap.variant}.${gap.workload}.${gap.instances}.${gap.metric}: ${gap.why.replaceAll('`', '')}`;
}

function noData(lines: readonly string[]) {
  return usageError('CONDITION_WITHOUT_DATA', `--fail-on: ${lines.join('\n  ')}`);
}
