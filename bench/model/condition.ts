/** A condition: a variant in a scenario. Its trials are its rounds. */
import {
  isSameScenario,
  type Scenario,
  type ScenarioPlan,
  scenarioOf,
  scenariosOf,
} from './scenario.js';
import type { Variant } from './variant.js';

export interface Condition extends Scenario {
  /** Id of the variant. */
  variant: string;
}

/** In the order of reports: all variants of a scenario, then the next scenario. */
export function conditionsOf(plan: ScenarioPlan & { variants: readonly Variant[] }): Condition[] {
  return scenariosOf(plan).flatMap((scenario) =>
    plan.variants.map(({ id }) => ({ variant: id, ...scenario })),
  );
}

export function isSameCondition(one: Condition, other: Condition): boolean {
  return one.variant === other.variant && isSameScenario(one, other);
}

/** The name alone of whatever belongs to a condition. */
export function conditionOf(named: Condition): Condition {
  return { variant: named.variant, ...scenarioOf(named) };
}

export function trialsOf<Trial extends Condition>(
  condition: Condition,
  trials: readonly Trial[],
): Trial[] {
  return trials.filter((trial) => isSameCondition(trial, condition));
}

/** Those that means and verdicts are made of. */
export function validTrialsOf<Trial extends Condition & { valid: boolean }>(
  condition: Condition,
  trials: readonly Trial[],
): Trial[] {
  return trialsOf(condition, trials).filter(({ valid }) => valid);
}
