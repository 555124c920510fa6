/** Everything that `lab diff` found of two runs, gathered once for every form of it. */
import { conditionOf } from '../model/condition.js';
import { usageError } from '../model/errors.js';
import type { Result } from '../model/result-schema.js';
import { type Basis, type Diff, diffResults } from './diff-results.js';
import { type EnvironmentDifference, environmentDifferences } from './environment.js';
import { type JudgedCondition, judgeConditions } from './gate.js';
import type { GateCondition } from './gate-conditions.js';

export interface DiffReport {
  a: Result;
  b: Result;
  diff: Diff;
  environment: EnvironmentDifference[];
  conditions: JudgedCondition[];
}

/** @throws LabError SAME_RUN, CONTROL_MISSING, CONDITION_WITHOUT_DATA, exit code 2 */
export function reportDiff(
  a: Result,
  b: Result,
  { basis, conditions }: { basis: Basis; conditions: readonly GateCondition[] },
): DiffReport {
  if (conditions.length > 0 && isSameRun(a, b)) {
    throw usageError(
      'SAME_RUN',
      `--fail-on: both folders hold the run ${a.id}, so nothing can differ and every condition would hold. Name the folder of another run.`,
    );
  }
  const diff = diffResults(a, b, basis);
  return {
    ...{ a, b, diff },
    environment: environmentDifferences(a, b),
    conditions: judgeConditions(conditions, diff),
  };
}

export function isSameRun(a: Result, b: Result): boolean {
  return a.id === b.id && a.startedAt === b.startedAt;
}

/**
 * Whether the machine may be the cause of a difference: it is another one, or some figure is as measured,
 * with nothing to relate it to.
 */
export function machineMayExplain({ diff, environment }: Pick<DiffReport, 'diff' | 'environment'>) {
  return (
    environment.some(({ weight }) => weight === 'machine') ||
    diff.rows.some(({ basis, control }) => basis === 'absolute' && !control)
  );
}

/** For programs: the same without the runs themselves and without what only other figures are made of. */
export function diffAsJson({ a, b, diff, environment, conditions }: DiffReport) {
  const run = ({ id, partial, environment: { commit } }: Result) => ({ id, partial, commit });
  return {
    a: run(a),
    b: run(b),
    ...diff,
    environment,
    machineMayExplain: machineMayExplain({ diff, environment }),
    conditions: conditions.map(({ condition, figures, broken }) => ({
      condition: condition.text,
      broken,
      figures: figures.map(({ row, ...figure }) => ({
        ...conditionOf(row),
        metric: row.metric,
        ...figure,
      })),
    })),
    passed: conditions.every(({ broken }) => !broken),
  };
}
