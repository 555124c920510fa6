/** Which scenarios more rounds are worth their time for. */
import type { Comparison } from '../model/result-schema.js';
import { distinctScenarios, type Scenario } from '../model/scenario.js';

/**
 * Scenarios in which throughput or the CPU time of all servers is undecided for some pair. The tail of
 * latency is left out: it may stay unsure for as long as anybody likes to wait.
 */
export function unsureScenarios(comparisons: readonly Comparison[]): Scenario[] {
  const watched = ['throughput', ...cpuMetricsOf(comparisons)];
  return distinctScenarios(
    comparisons.filter(({ metric, verdict }) => verdict === 'unsure' && watched.includes(metric)),
  );
}

/** Of all servers where every one could be measured, else of the application; none where that is not known either. */
function cpuMetricsOf(comparisons: readonly Comparison[]): string[] {
  const measured = (name: string) =>
    comparisons.some(({ metric, rounds }) => metric === name && rounds > 0);
  return ['cpu.total', 'cpu.application'].filter(measured).slice(0, 1);
}
