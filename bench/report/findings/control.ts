/**
 * What authentication costs: each strategy less the control without it, in CPU time.
 */
import type { Comparison } from '../../result/schema.js';
import { code, countOf, formatNumber } from '../format.js';
import type { Pair, ReportView } from '../view.js';
import { intervalOf, rangeOf } from '../wording.js';
import { type Finding, finding } from './finding.js';

export function controlFindings(view: ReportView): Finding[] {
  // Without a main pair, the control pairs are already told cell by cell.
  if (view.mainPairs.length === 0) return [];
  return view.controlPairs.flatMap((pair) => {
    const metric = bestMetric(pair);
    return pair.comparisons
      .filter((cell) => cell.metric === metric && cell.rounds > 0)
      .map((cell) => controlFinding(cell));
  });
}

/** All servers where all could be measured, else the application. */
function bestMetric({ comparisons }: Pair): string {
  const complete = comparisons.some(({ metric, rounds }) => metric === 'cpu.total' && rounds > 0);
  return complete ? 'cpu.total' : 'cpu.application';
}

function controlFinding(cell: Comparison): Finding {
  const { workload, instances, metric, verdict, baseline, candidate } = cell;
  const servers = metric === 'cpu.total' ? 'all servers together' : 'the application';
  const difference = (cell.candidateMean ?? 0) - (cell.baselineMean ?? 0);
  const certainty = cell.interval95
    ? `95 % interval ${intervalOf(metric, cell.interval95)}, ${countOf(cell.rounds, 'round')}${verdict === 'unsure' ? ': unsure' : ''}`
    : 'one round, no interval';
  return finding(
    'control',
    `On ${code(workload)} with ${countOf(instances, 'instance')}, ${candidate} ${difference < 0 ? 'took' : 'put'} ${formatNumber(Math.abs(difference))} µs of CPU time ${difference < 0 ? 'off' : 'on top of'} the ${formatNumber(cell.baselineMean)} µs that a request costs in ${servers} under ${baseline}: ${rangeOf(metric, [cell.ratio ?? 1])} (${certainty}).`,
    { workload, instances, metric, verdict },
  );
}
