/** What is worked out from the trials of a result, with the analysis of this version. */
import { asWhole, partsOf } from '../model/parts.js';
import type { Result, Warning } from '../model/result-schema.js';
import { compareStrategies } from './compare.js';
import { warningsOf } from './warnings.js';

/** Replaces the comparisons of every plan, and the warnings. */
export function reanalyse(result: Result): Result {
  const again = <Of extends Pick<Result, 'config' | 'trials' | 'comparisons'>>(part: Of): Of => ({
    ...part,
    comparisons: compareStrategies(asWhole(result, part)),
  });
  const { further } = result;
  const compared = { ...again(result), ...(further && { further: further.map(again) }) };
  return { ...compared, warnings: warningsOfPlans(compared) };
}

/** Of each plan; what is true of the whole run is said once. */
export function warningsOfPlans(result: Result): Warning[] {
  const warnings = partsOf(result).flatMap((part) => warningsOf(asWhole(result, part)));
  return warnings.filter(
    ({ message }, index) => warnings.findIndex((other) => other.message === message) === index,
  );
}
