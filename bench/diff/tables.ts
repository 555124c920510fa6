/** The tables of `lab diff`, for the terminal and for Markdown. */

import { signedChange, unitOf, wordingOf } from '../report/wording.js';
import { left, right, type Table, type Cell as TableCell } from '../text/blocks.js';
import { formatNumber, formatPercentPoints, NOT_MEASURED } from '../text/format.js';
import type { Change, DiffRow } from './diff-results.js';
import type { EnvironmentDifference } from './environment.js';
import { type JudgedCondition, type JudgedFigure, pathOf } from './gate.js';
import type { GateCondition } from './gate-conditions.js';

/** One row a figure. Without any row relative to a control, that column is left out. */
export function rowsTable(rows: readonly DiffRow[]): Table {
  const relative = rows.some((row) => row.relative !== null);
  return {
    kind: 'table',
    caption: 'A, B: means as measured. Changes: B over A, in brackets the 95 % interval.',
    columns: [
      ...[left('Strategy'), left('Workload'), right('Instances'), left('What')],
      ...[right('A'), right('B'), left('As measured')],
      ...(relative ? [left('Against the control')] : []),
      left('Verdict on B'),
    ],
    rows: rows.map((row) => rowCells(row, relative)),
    rowHeaders: 4,
  };
}

function rowCells(row: DiffRow, relative: boolean): TableCell[] {
  return [
    ...[row.variant, row.workload, String(row.instances)],
    // The name that --fail-on takes.
    `${row.metric} (${unitOf(row.metric)})`,
    ...[formatNumber(row.meanA), formatNumber(row.meanB), changeText(row.absolute)],
    ...(relative ? [relativeText(row)] : []),
    verdictText(row),
  ];
}

/** As measured, with no control to relate it to, a difference may be the machine's. */
function verdictText({ metric, verdict, basis }: DiffRow): string {
  const word = wordingOf(metric).verdicts[verdict];
  const changed = verdict === 'faster' || verdict === 'slower';
  return changed && basis === 'absolute' ? `${word}, or the machine` : word;
}

function relativeText({ control, relative }: DiffRow): string {
  if (relative) return changeText(relative);
  return control ? 'is the control' : NOT_MEASURED;
}

function changeText({ ratio, interval95 }: Change): string {
  return signedChange(ratio, interval95);
}

export function conditionsTable(conditions: readonly JudgedCondition[]): Table {
  return {
    kind: 'table',
    caption:
      'A condition fails when the change goes beyond its limit and the interval leaves out "no change". The interval holds for all figures of the gate at once.',
    columns: [left('Condition'), left('Result'), left('Figure'), left('Change and interval')],
    rows: conditions.flatMap(({ condition, figures }) =>
      figures.map((figure): TableCell[] => [
        conditionText(condition),
        figure.broken ? 'FAILED' : 'passed',
        pathOf(figure.row),
        figureText(figure),
      ]),
    ),
    rowHeaders: 1,
  };
}

/** As given, with room to read: "session.me.cpu > 5 %". */
export function conditionText({ text, direction, limit }: GateCondition): string {
  const [path = ''] = text.split(/[<>]/);
  const sign = limit < 0 ? '−' : '';
  return `${path} ${direction === 'above' ? '>' : '<'} ${sign}${formatPercentPoints(Math.abs(limit) * 100)} %`;
}

/** "+12 % (+8 to +16) against the control" */
export function figureText({ ratio, interval, basis }: JudgedFigure): string {
  return `${signedChange(ratio, interval)} ${basis === 'control' ? 'against the control' : 'as measured'}`;
}

export function environmentTable(differences: readonly EnvironmentDifference[]): Table {
  return {
    kind: 'table',
    caption: 'What differs between the runs besides the figures.',
    columns: [left('What'), left('A'), left('B')],
    rows: differences.map(({ what, a, b }) => [what, a, b]),
    rowHeaders: 1,
  };
}
