/**
 * What the two runs were to measure and cannot be set side by side, each figure with the reason. A gate
 * that looked only at what both runs have would pass whatever one of them failed to measure. Pure.
 */

import { METRICS, type Metric } from '../analyse/metrics.js';
import type { Condition } from '../model/condition.js';
import type { Result, Trial } from '../model/result-schema.js';
import { scenariosOf } from '../model/scenario.js';
import { controlOf, isControl } from '../model/variant.js';
import { countOf } from '../text/count-of.js';
import { code } from '../text/format.js';
import { isCounterpart } from './series.js';

export interface Gap extends Condition {
  metric: string;
  /** Why it cannot be decided, for each run that is to blame: "in B all 5 trials are invalid (…)". */
  why: string;
}

export type Basis = 'control' | 'absolute';

const ROUNDS_FOR_INTERVAL = 2;

/** @param basis what verdicts look at: figures relative to the control need its rounds as well */
export function gapsOf(a: Result, b: Result, basis: Basis): Gap[] {
  const planned = [...plannedIn(a), ...plannedIn(b)];
  const distinct = planned.filter(
    (each, index) => planned.findIndex((other) => isCounterpart(other, each)) === index,
  );
  return distinct.flatMap((condition) =>
    METRICS.flatMap((metric): Gap[] => {
      const why = whyUndecided(metric, condition, { a, b, basis });
      return why === null ? [] : [{ ...condition, metric: metric.name, why }];
    }),
  );
}

/** Whether the run was to measure it, by its plan. */
export function isPlannedIn(run: Result, condition: Condition): boolean {
  return plannedIn(run).some((planned) => isCounterpart(planned, condition));
}

/** All scenarios of a variant, then the next variant. */
function plannedIn({ config }: Result): Condition[] {
  return config.variants.flatMap(({ id }) =>
    scenariosOf(config).map((scenario) => ({ variant: id, ...scenario })),
  );
}

function whyUndecided(
  metric: Metric,
  condition: Condition,
  { a, b, basis }: { a: Result; b: Result; basis: Basis },
): string | null {
  const found = Object.entries({ A: a, B: b }).map(([name, run]) => ({
    name,
    reason: whyNotMeasured(metric, condition, run),
    rounds: roundsWith(metric, condition, run).size,
    related: basis === 'control' ? roundsBesideControl(metric, condition, run) : null,
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
function whyNotMeasured(metric: Metric, condition: Condition, run: Result): string | null {
  const { config, trials } = run;
  if (run.sustained) return 'nothing of it: that is a result of lab sustain, which has no trials';
  const lacks = [
    ...(config.variants.some(({ id }) => id === condition.variant) ? [] : ['strategy']),
    ...(config.workloads.includes(condition.workload) ? [] : ['workload']),
    ...(config.instances.includes(condition.instances) ? [] : ['number of instances']),
  ];
  if (lacks.length > 0) return `it was not asked for (no such ${lacks.join(', no such ')})`;
  const measured = trials.filter((trial) => isCounterpart(trial, condition));
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
  return roundsWith(metric, condition, run).size === 0
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

function roundsWith(metric: Metric, condition: Condition, { trials }: Result): Set<number> {
  const found = trials.filter(
    (trial) => trial.valid && isCounterpart(trial, condition) && (metric.of(trial) ?? 0) > 0,
  );
  return new Set(found.map(({ round }) => round));
}

/** null where it is the control itself, or there is none. */
function roundsBesideControl(metric: Metric, condition: Condition, run: Result): number | null {
  const { config, strategies } = run;
  const control = controlOf(config.variants, strategies);
  const own = config.variants.find(({ id }) => id === condition.variant);
  if (!control || (own && isControl(own, strategies))) return null;
  const beside = roundsWith(metric, { ...condition, variant: control.id }, run);
  return [...roundsWith(metric, condition, run)].filter((round) => beside.has(round)).length;
}
