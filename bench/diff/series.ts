/**
 * One run as rows of figures: for each strategy, cell and metric the values of its rounds, as measured
 * and relative to the control of the same round.
 */

import { METRICS, type Metric } from '../analyse/metrics.js';
import { armNames, strategyOfArm } from '../model/arms.js';
import type { Result, Trial } from '../model/result-schema.js';

export interface Cell {
  strategy: string;
  workload: string;
  instances: number;
}

export interface Series extends Cell {
  metric: string;
  /** Whether the strategy is the control itself. */
  control: boolean;
  /** One value a round, in the metric's unit, from valid trials. */
  values: number[];
  /** Value over that of the control in the same round; null where the run has no control. */
  relative: number[] | null;
}

/** Cells without one valid trial that measured the metric are left out. */
export function seriesOf(result: Result): Series[] {
  const { config, trials } = result;
  const arms = armNames(config.strategies);
  const isControl = (arm: string) => isControlOf(result, arm);
  const controlArm = controlArmOf(result);
  const valid = trials.filter((trial) => trial.valid);
  return METRICS.flatMap((metric) =>
    config.workloads.flatMap((workload) =>
      config.instances.flatMap((instances) => {
        const measured = (strategy: string) =>
          roundsOf(metric, { strategy, workload, instances }, valid);
        const reference = controlArm === undefined ? null : measured(controlArm);
        return arms.flatMap((strategy): Series[] => {
          const rounds = measured(strategy);
          if (rounds.size === 0) return [];
          const control = isControl(strategy);
          const cell = { strategy, workload, instances, metric: metric.name, control };
          const relative = reference && !control ? relativeTo(reference, rounds) : null;
          return [{ ...cell, values: [...rounds.values()], relative }];
        });
      }),
    ),
  );
}

export function isControlOf({ strategies }: Result, arm: string): boolean {
  return strategies.some(({ name, control }) => control && name === strategyOfArm(arm));
}

/** The arm that others are set against; undefined where the run has no control. */
export function controlArmOf(result: Result): string | undefined {
  return armNames(result.config.strategies).find((arm) => isControlOf(result, arm));
}

/** By round. A zero has no logarithm, and no valid trial has one. */
function roundsOf(metric: Metric, cell: Cell, trials: readonly Trial[]): Map<number, number> {
  return new Map(
    trials
      .filter((trial) => isSameCell(trial, cell))
      .flatMap((trial) => {
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

export function isSameCell(a: Cell, b: Cell): boolean {
  return a.strategy === b.strategy && a.workload === b.workload && a.instances === b.instances;
}
