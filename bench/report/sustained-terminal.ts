/** The end of `lab sustain` on a terminal: the rates in words. */
import type { Result } from '../result/schema.js';
import { countOf } from './format.js';
import { objectiveInWords, sentenceOf } from './sections/sustained.js';

export function renderSustained({ sustained = [], warnings, partial }: Result): string {
  const [first] = sustained;
  if (!first) return '  No rate was measured.';
  const attempts = sustained.flatMap((cell) => cell.attempts);
  const invalid = attempts.filter(({ outcome }) => outcome === 'invalid').length;
  return [
    `Objective: ${objectiveInWords(first.objective)}.`,
    ...(partial ? ['! The run ended before its plan did.'] : []),
    ...sustained.map((cell) => `• ${sentenceOf(cell).replaceAll('`', '')}`),
    '',
    `  ${countOf(attempts.length, 'attempt')}, ${invalid} invalid; ${countOf(warnings.length, 'warning')}.`,
  ].join('\n');
}
