/**
 * A program against itself. Any difference there is the noise of machine and method.
 */

import type { Comparison } from '../../model/result-schema.js';
import { countOf } from '../../text/count-of.js';
import { code, formatPercentPoints } from '../../text/format.js';
import type { Pair, ReportView } from '../view.js';
import { intervalOf, wordingOf } from '../wording.js';
import { type Finding, finding } from './finding.js';

export function noiseFindings({ sameProgramPairs }: ReportView): Finding[] {
  return sameProgramPairs.flatMap((pair) => [
    finding(
      'noise',
      `${pair.baseline} and ${pair.candidate} are the same program, measured twice. What differs between them is the noise floor of this run: a difference of that size between strategies means nothing.`,
    ),
    ...pair.comparisons
      .filter(({ rounds }) => rounds > 0)
      .map((comparison) => noiseOf(comparison, pair)),
  ]);
}

function noiseOf(comparison: Comparison, { baseline, candidate }: Pair): Finding {
  const { workload, instances, metric, verdict, ratio, interval95 } = comparison;
  const where = `On ${code(workload)} with ${countOf(instances, 'instance')}, ${wordingOf(metric).heading}`;
  const apart = `${formatPercentPoints(((ratio ?? 1) - 1) * 100)} % apart`;
  const interval = interval95
    ? ` (95 % interval ${intervalOf(metric, interval95)}, ${countOf(comparison.rounds, 'round')})`
    : ' (one round, no interval)';
  const foundOne = verdict === 'faster' || verdict === 'slower';
  const text = foundOne
    ? `${where}: ${baseline} and ${candidate} came out ${apart}${interval}, as if they were different. They are not: the machine was disturbed, or the run has a fault. Trust no verdict of this run that is near that size.`
    : `${where}: ${apart}${interval}: ${verdict}, so no difference is shown, as it must be.`;
  return finding('noise', text, { workload, instances, metric, verdict, caution: foundOne });
}
