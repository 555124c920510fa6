/** The plans of a run. A run that answers several questions has one for each that is a plan. */
import type { Question, Result } from './result-schema.js';

/** What was to be measured, and what was. */
export type Part = Pick<Result, 'config' | 'trials' | 'comparisons'>;

export function partsOf(result: Result): Part[] {
  return [result, ...(result.further ?? [])];
}

/** The result as if that plan had been all of it. */
export function asWhole(result: Result, { config, trials, comparisons }: Part): Result {
  const { further: _further, logout: _logout, ...shared } = result;
  return { ...shared, config, trials, comparisons };
}

/** The plan that answers a question; undefined where the run has none. */
export function planFor(question: Question, result: Result): Result | undefined {
  const part = partsOf(result).find(({ config }) => config.question === question);
  return part && asWhole(result, part);
}
