/** What tells two sides of a run apart that are the same strategy. */
import { isDeepStrictEqual } from 'node:util';
import { strategyOfArm } from '../model/arms.js';
import type { RunConfig } from '../model/result-schema.js';

/** Variables of one side make it another program. */
export function isSameProgram(one: string, other: string, config: RunConfig): boolean {
  return (
    strategyOfArm(one) === strategyOfArm(other) &&
    isDeepStrictEqual(variablesOf(one, config), variablesOf(other, config))
  );
}

/**
 * "PREDICTION=threads", or "the same program as session"; empty where the name says all.
 *
 * @param before the sides named before it
 */
export function variantOf(arm: string, before: readonly string[], config: RunConfig): string {
  const twin = before.find((other) => isSameProgram(other, arm, config));
  if (twin !== undefined) return `the same program as ${twin}`;
  return Object.entries(variablesOf(arm, config))
    .map((entry) => entry.join('='))
    .join(', ');
}

function variablesOf(arm: string, { variables }: RunConfig): Record<string, string> {
  return variables?.[arm] ?? {};
}
