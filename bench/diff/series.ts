/**
 * One run as rows of figures: for each condition and metric the values of its rounds, as measured and
 * relative to the control of the same round.
 */

import { METRICS, type Metric } from '../analyse/metrics.js';
import { type Condition, trialsOf } from '../model/condition.js';
import type { Result, Trial } from '../model/result-schema.js';
import { scenariosOf } from '../model/scenario.js';
import { controlOf, isControl } from '../model/variant.js';

export interface Series extends Condition {
  metric: string;
  /** Whether the variant is the control itself. */
  control: boolean;
  /** One value a round, in the metric's unit, from valid trials. */
  values: number[];
  /** Value over that of the control in the same round; null where the run has no control. */
  relative: number[] | null;
}

/** Conditions without one valid trial that measured the metric are left out. */
export function seriesOf({ config, strategies, trials }: Result): Series[] {
  const { variants } = config;
  const controlVariant = controlOf(variants, strategies);
  const valid = trials.filter((trial) => trial.valid);
  return METRICS.flatMap((metric) =>
    scenariosOf(config).flatMap((scenario) => {
      const measured = (variant: string) => roundsOf(metric, { variant, ...scenario }, valid);
      const reference = controlVariant ? measured(controlVariant.id) : null;
      return variants.flatMap((variant): Series[] => {
        const rounds = measured(variant.id);
        if (rounds.size === 0) return [];
        const control = isControl(variant, strategies);
        const named = { variant: variant.id, ...scenario, metric: metric.name, control };
        const relative = reference && !control ? relativeTo(reference, rounds) : null;
        return [{ ...named, values: [...rounds.values()], relative }];
      });
    }),
  );
}

/** By round. A zero has no logarithm, and no valid trial has one. */
function roundsOf(
  metric: Metric,
  condition: Condition,
  trials: readonly Trial[],
): Map<number, number> {
  return new Map(
    trialsOf(condition, trials).flatMap((trial) => {
      const value = metric.of(trial);
      return value === null || value <= 0 ? [] : [[trial.round, value] as const];
    }),
  );
}

/** null where no round has a figure of both. */
function relativeTo(
  reference: ReadonlyMap<number, number>,
  rounds: ReadonlyMap<number, number>,
): number[] | null {
  const ratios = [...rounds].flatMap(([round, value]) => {
    const control = reference.get(round);
    return control === undefined ? [] : [value / control];
  });
  return ratios.length > 0 ? ratios : null;
}

/**
 * Whether conditions of two runs are set side by side. Their topology may differ: that is told as a
 * difference of the runs, and may be what they are compared for.
 */
export function isCounterpart(a: Condition, b: Condition): boolean {
  return a.variant === b.variant && a.workload === b.workload && a.instances === b.instances;
}
