/**
 * What the two runs were to measure and cannot be set side by side, each figure with the reason. A gate
 * that looked only at what both runs have would pass whatever one of them failed to measure. Pure.
 */

import { METRICS, type Metric } from '../analyse/metrics.js';
import { armNames } from '../model/arms.js';
import type { Result, Trial } from '../model/result-schema.js';
import { countOf } from '../text/count-of.js';
import { code } from '../text/format.js';
import { type Cell, controlArmOf, isControlOf, isSameCell } from './series.js';

export interface Gap extends Cell {
  metric: string;
  /** Why it cannot be decided, for each run that is to blame: "in B all 5 trials are invalid (…)". */
  why: string;
}

export type Basis = 'control' | 'absolute';

const ROUNDS_FOR_INTERVAL = 2;

/** @param basis what verdicts look at: figures relative to the control need its rounds as well */
export function gapsOf(a: Result, b: Result, basis: Basis): Gap[] {
  const cells = [...plannedCells(a), ...plannedCells(b)];
  const distinct = cells.filter(
    (cell, index) => cells.findIndex((other) => isSameCell(other, cell)) === index,
  );
  return distinct.flatMap((cell) =>
    METRICS.flatMap((metric): Gap[] => {
      const why = whyUndecided(metric, cell, { a, b, basis });
      return why === null ? [] : [{ ...cell, metric: metric.name, why }];
    }),
  );
}

/** Whether the run was to measure it, by its plan. */
export function isPlannedIn({ config }: Result, cell: Cell): boolean {
  return (
    armNames(config.strategies).includes(cell.strategy) &&
    config.workloads.includes(cell.workload) &&
    config.instances.includes(cell.instances)
  );
}

function plannedCells({ config }: Result): Cell[] {
  return armNames(config.strategies).flatMap((strategy) =>
    config.workloads.flatMap((workload) =>
      config.instances.map((instances) => ({ strategy, workload, instances })),
    ),
  );
}

function whyUndecided(
  metric: Metric,
  cell: Cell,
  { a, b, basis }: { a: Result; b: Result; basis: Basis },
): string | null {
  const found = Object.entries({ A: a, B: b }).map(([name, run]) => ({
    name,
    reason: whyNotMeasured(metric, cell, run),
    rounds: roundsWith(metric, cell, run).size,
    related: basis === 'control' ? roundsBesideControl(metric, cell, run) : null,
  }));
  const reasons = found.flatMap(({ name, reason }) => (reason ? [`in ${name} ${reason}`] : []));
  if (reasons.length > 0) return reasons.join('; ');
  const counts = (of: (each: (typeof found)[number]) => number) =>
    `(${found.map((each) => `${of(each)} in ${each.name}`).join(', ')}; an interval takes ${ROUNDS_FOR_INTERVAL} in each)`;
  if (found.some(({ rounds }) => rounds < ROUNDS_FOR_INTERVAL)) {
    return `there are too few valid rounds ${counts(({ rounds }) => rounds)}`;
  }
  const lacksControl = found.some(({ related }) => (related ?? Infinity) < ROUNDS_FOR_INTERVAL);
  return lacksControl
    ? `too few rounds have a valid trial of the control beside it ${counts(({ related, rounds }) => related ?? rounds)}`
    : null;
}

/** null where at least one round has a figure. */
function whyNotMeasured(metric: Metric, cell: Cell, run: Result): string | null {
  const { config, trials } = run;
  if (run.sustained) return 'nothing of it: that is a result of lab sustain, which has no trials';
  const lacks = [
    ...(armNames(config.strategies).includes(cell.strategy) ? [] : ['strategy']),
    ...(config.workloads.includes(cell.workload) ? [] : ['workload']),
    ...(config.instances.includes(cell.instances) ? [] : ['number of instances']),
  ];
  if (lacks.length > 0) return `it was not asked for (no such ${lacks.join(', no such ')})`;
  const measured = trials.filter((trial) => isSameCell(trial, cell));
  if (measured.length === 0) {
    return `it has no trial${run.partial ? ': the run ended before its plan did' : ''}`;
  }
  const valid = measured.filter((trial) => trial.valid);
  if (valid.length === 0) {
    return measured.length === 1
      ? `its one trial is invalid${reasonOf(measured)}`
      : `all ${measured.length} trials are invalid${reasonOf(measured)}`;
  }
  // No ratio is made of zero, and leaving such a trial out would hide a standstill.
  if (valid.some((trial) => metric.of(trial) === 0)) return `a valid trial has ${metric.name} 0`;
  return roundsWith(metric, cell, run).size === 0
    ? `none of ${countOf(valid.length, 'valid trial')} has ${code(metric.name)} (it could not be measured)`
    : null;
}

function reasonOf(trials: readonly Trial[]): string {
  const reasons = frequentReasons(trials);
  return reasons.length === 0 ? '' : ` (${reasons.slice(0, 2).join(', ')})`;
}

/** Codes of why trials are invalid, the most frequent first. */
function frequentReasons(trials: readonly Trial[]): string[] {
  const counts = new Map<string, number>();
  for (const { invalidReasons } of trials) {
    for (const reason of invalidReasons)
      counts.set(reason.code, (counts.get(reason.code) ?? 0) + 1);
  }
  return [...counts].sort((first, second) => second[1] - first[1]).map(([name]) => name);
}

function roundsWith(metric: Metric, cell: Cell, { trials }: Result): Set<number> {
  const found = trials.filter(
    (trial) => trial.valid && isSameCell(trial, cell) && (metric.of(trial) ?? 0) > 0,
  );
  return new Set(found.map(({ round }) => round));
}

/** null where it is the control itself, or there is none. */
function roundsBesideControl(metric: Metric, cell: Cell, run: Result): number | null {
  const control = controlArmOf(run);
  if (control === undefined || isControlOf(run, cell.strategy)) return null;
  const beside = roundsWith(metric, { ...cell, strategy: control }, run);
  return [...roundsWith(metric, cell, run)].filter((round) => beside.has(round)).length;
}
