/** Everything that `lab diff` found of two runs, gathered once for every form of it. */
import type { Result } from '../result/schema.js';
import type { Condition } from './conditions.js';
import { type Basis, type Diff, diffResults } from './diff-results.js';
import { type EnvironmentDifference, environmentDifferences } from './environment.js';
import { type JudgedCondition, judgeConditions } from './gate.js';

export interface DiffReport {
  a: Result;
  b: Result;
  diff: Diff;
  environment: EnvironmentDifference[];
  conditions: JudgedCondition[];
}

/** @throws LabError CONDITION_WITHOUT_DATA, exit code 2 */
export function reportDiff(
  a: Result,
  b: Result,
  { basis, conditions }: { basis: Basis; conditions: readonly Condition[] },
): DiffReport {
  const diff = diffResults(a, b, basis);
  return {
    ...{ a, b, diff },
    environment: environmentDifferences(a, b),
    conditions: judgeConditions(conditions, diff),
  };
}

/** For programs: the same without the runs themselves and without what only other figures are made of. */
export function diffAsJson({ a, b, diff, environment, conditions }: DiffReport) {
  const run = ({ id, partial, environment: { commit } }: Result) => ({ id, partial, commit });
  return {
    a: run(a),
    b: run(b),
    ...diff,
    environment,
    conditions: conditions.map(({ condition, figures, broken }) => ({
      condition: condition.text,
      broken,
      figures: figures.map(({ row, ...figure }) => ({
        ...{ strategy: row.strategy, workload: row.workload, instances: row.instances },
        metric: row.metric,
        ...figure,
      })),
    })),
    passed: conditions.every(({ broken }) => !broken),
  };
}
