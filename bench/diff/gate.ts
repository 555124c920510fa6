/**
 * Judges the conditions of --fail-on. A condition is broken when the change goes beyond its limit and the
 * interval leaves out "no change". The interval holds for all figures that the gate looks at, at once:
 * a build that changes nothing then fails by chance in at most one of forty runs, however many
 * conditions there are (each has one bad side, and 5 % are spread over two).
 */
import { usageError } from '../options.js';
import type { Condition } from './conditions.js';
import {
  type Basis,
  type Diff,
  type DiffRow,
  decidingChange,
  ratioInterval,
} from './diff-results.js';

export interface JudgedFigure {
  row: DiffRow;
  ratio: number;
  /** Holds for all figures of the gate at once, at 95 %. */
  interval: [number, number];
  basis: Basis;
  broken: boolean;
}

export interface JudgedCondition {
  condition: Condition;
  figures: JudgedFigure[];
  broken: boolean;
}

/**
 * @throws LabError CONDITION_WITHOUT_DATA, exit code 2, with what is available: a gate that silently
 *   watches nothing would pass for ever
 */
export function judgeConditions(conditions: readonly Condition[], diff: Diff): JudgedCondition[] {
  const watched = conditions.map((condition) => ({ condition, rows: rowsFor(condition, diff) }));
  const distinct = new Set(watched.flatMap(({ rows }) => rows));
  const confidence = 1 - 0.05 / distinct.size;
  return watched.map(({ condition, rows }) => {
    const figures = rows.map((row) => judgeFigure(condition, row, confidence));
    return { condition, figures, broken: figures.some(({ broken }) => broken) };
  });
}

function rowsFor(condition: Condition, { rows }: Diff): DiffRow[] {
  const found = rows.filter(
    (row) =>
      row.strategy === condition.strategy &&
      row.metric === condition.metric &&
      (condition.workload === null || row.workload === condition.workload) &&
      (condition.instances === null || row.instances === condition.instances),
  );
  if (found.length === 0) {
    throw noData(condition, `it matches nothing that both runs measured. ${available(rows)}`);
  }
  const single = found.find((row) => decidingChange(row).difference === null);
  if (single) {
    const { roundsA, roundsB } = decidingChange(single);
    throw noData(
      condition,
      `of ${pathOf(single)} there are too few valid rounds (${roundsA} in A, ${roundsB} in B; an interval takes 2 in each). Measure with more --rounds.`,
    );
  }
  return found;
}

function judgeFigure(condition: Condition, row: DiffRow, confidence: number): JudgedFigure {
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

export function pathOf({ strategy, workload, instances, metric }: DiffRow): string {
  return `${strategy}.${workload}.${instances}.${metric}`;
}

function available(rows: readonly DiffRow[]): string {
  const listed = (of: (row: DiffRow) => string | number) => [...new Set(rows.map(of))].join(', ');
  return rows.length === 0
    ? 'Both measured nothing in common.'
    : `Available: strategies ${listed((row) => row.strategy)}; workloads ${listed((row) => row.workload)}; instances ${listed((row) => row.instances)}; metrics ${listed((row) => row.metric)}.`;
}

function noData({ text }: Condition, why: string) {
  return usageError('CONDITION_WITHOUT_DATA', `--fail-on: "${text}": ${why}`);
}
