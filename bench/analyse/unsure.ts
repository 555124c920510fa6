/** Which scenarios more rounds are worth their time for. */
import type { Comparison } from '../model/result-schema.js';
import { distinctScenarios, type Scenario } from '../model/scenario.js';

/**
 * Scenarios in which throughput or the CPU time of all servers is undecided for some pair. The tail of
 * latency is left out: it may stay unsure for as long as anybody likes to wait.
 */
export function unsureScenarios(comparisons: readonly Comparison[]): Scenario[] {
  const watched = ['throughput', cpuMetricOf(comparisons)];
  return distinctScenarios(
    comparisons.filter(({ metric, verdict }) => verdict === 'unsure' && watched.includes(metric)),
  );
}

/** Of all servers where every one could be measured, else of the application. */
function cpuMetricOf(comparisons: readonly Comparison[]): string {
  const complete = comparisons.some(({ metric, rounds }) => metric === 'cpu.total' && rounds > 0);
  return complete ? 'cpu.total' : 'cpu.application';
}
