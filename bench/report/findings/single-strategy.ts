/**
 * With nothing to compare, the figures themselves.
 */
import { code, countOf, formatNumber } from '../format.js';
import { measuredSummaries, type ReportView } from '../view.js';
import { type Finding, finding } from './finding.js';

export function singleStrategyFindings(view: ReportView): Finding[] {
  if (view.allPairs.length > 0) return [];
  return measuredSummaries(view).flatMap(({ strategy, workload, instances, throughputRps }) => {
    if (!throughputRps) return [];
    const { mean, interval95, n } = throughputRps;
    const certainty = interval95
      ? `95 % interval ${formatNumber(Math.max(0, interval95[0]))} to ${formatNumber(interval95[1])}, ${countOf(n, 'round')}`
      : 'one round, no interval';
    return [
      finding(
        'short',
        `On ${code(workload)} with ${countOf(instances, 'instance')}, ${strategy} answered ${formatNumber(mean)} requests per second (${certainty}).`,
        { workload, instances, metric: 'throughput' },
      ),
    ];
  });
}
