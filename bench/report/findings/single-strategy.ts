/**
 * With nothing to compare, the figures themselves.
 */
import { countOf } from '../../text/count-of.js';
import { code, formatNumber, shownInterval } from '../../text/format.js';
import { measuredSummaries, type ReportView } from '../view.js';
import { type Finding, finding } from './finding.js';

export function singleStrategyFindings(view: ReportView): Finding[] {
  if (view.allPairs.length > 0) return [];
  return measuredSummaries(view).flatMap(({ variant, workload, instances, throughputRps }) => {
    if (!throughputRps) return [];
    const { mean, n } = throughputRps;
    const interval = shownInterval(throughputRps);
    const certainty = interval
      ? `95 % interval ${interval.map(formatNumber).join(' to ')}, ${countOf(n, 'round')}`
      : `${countOf(n, 'round')}, too few for an interval`;
    return [
      finding(
        'short',
        `On ${code(workload)} with ${countOf(instances, 'instance')}, ${variant} answered ${formatNumber(mean)} requests per second (${certainty}).`,
        { workload, instances, metric: 'throughput' },
      ),
    ];
  });
}
