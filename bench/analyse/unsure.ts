/** Which cells more rounds are worth their time for. */
import type { Comparison } from '../model/result-schema.js';

export interface Cell {
  workload: string;
  instances: number;
}

/**
 * Cells in which throughput or the CPU time of all servers is undecided for some pair. The tail of
 * latency is left out: it may stay unsure for as long as anybody likes to wait.
 */
export function unsureCells(comparisons: readonly Comparison[]): Cell[] {
  const cells = new Map<string, Cell>();
  for (const { workload, instances, metric, verdict } of comparisons) {
    if (verdict !== 'unsure' || !['throughput', cpuMetricOf(comparisons)].includes(metric))
      continue;
    cells.set(`${workload} ${instances}`, { workload, instances });
  }
  return [...cells.values()];
}

/** Of all servers where every one could be measured, else of the application. */
function cpuMetricOf(comparisons: readonly Comparison[]): string {
  const complete = comparisons.some(({ metric, rounds }) => metric === 'cpu.total' && rounds > 0);
  return complete ? 'cpu.total' : 'cpu.application';
}
