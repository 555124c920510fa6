/** The end of `lab sustain` on a terminal: the rates in words. */

import { isSameCondition } from '../model/condition.js';
import type { Result, Sustained } from '../model/result-schema.js';
import { countOf } from '../text/count-of.js';
import { objectiveInWords, sentenceOf } from './sections/sustained.js';

export function renderSustained({ config, sustained = [], warnings, partial }: Result): string {
  const [first] = sustained;
  if (!first) return '  No rate was measured.';
  const attempts = sustained.flatMap((rate) => rate.attempts);
  const invalid = attempts.filter(({ outcome }) => outcome === 'invalid').length;
  return [
    `Objective: ${objectiveInWords(first.objective)}.`,
    ...(partial ? ['! The run ended before its plan did.'] : []),
    ...warnings
      .filter(({ code }) => code === 'cpu-limits-missing')
      .map(({ message }) => `! ${message}`),
    ...sustained.map((rate) => `• ${sentenceOf(rate).replaceAll('`', '')}`),
    ...notTried(config.order, sustained),
    '',
    `  ${countOf(attempts.length, 'attempt')}, ${invalid} invalid; ${countOf(warnings.length, 'warning')}.`,
  ].join('\n');
}

/** Conditions that an interrupted run did not come to: nothing is known of them. */
function notTried(order: Result['config']['order'], sustained: readonly Sustained[]): string[] {
  const missing = order.filter(
    (planned) => planned.round === 1 && !sustained.some((known) => isSameCondition(known, planned)),
  );
  return missing.map(
    ({ variant, workload, instances }) =>
      `• ${variant} was not tried on ${workload} with ${countOf(instances, 'instance')}: the run ended before.`,
  );
}
