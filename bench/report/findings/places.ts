import type { Comparison } from '../../model/result-schema.js';
import { withInstances } from '../../model/scenario.js';
import { countOf } from '../../text/count-of.js';
import { code, listOf } from '../../text/format.js';

/** "in all 4 comparisons", "on `me`", "on `me` with 2 instances and on `crud`" */
export function placesOf(some: Comparison[], comparisons: Comparison[]): string {
  const [only] = comparisons;
  if (comparisons.length === 1 && only?.topology === 'target') return `on ${code(only.workload)}`;
  if (some.length === comparisons.length) return `in ${all(comparisons)}`;
  const partial = new Set(
    some
      .filter(({ workload }) => countIn(some, workload) < countIn(comparisons, workload))
      .map(({ workload }) => workload),
  );
  // A long list of places tells less than their number.
  if (partial.size > 1) return `in ${some.length} of ${countOf(comparisons.length, 'comparison')}`;
  const workloads = [...new Set(some.map(({ workload }) => workload))];
  const places = workloads.map((workload) => {
    const here = some.filter((comparison) => comparison.workload === workload);
    const everything = comparisons.filter((comparison) => comparison.workload === workload);
    if (here.length === everything.length) return `on ${code(workload)}`;
    const [first] = here as [Comparison];
    const counts = here.map(({ instances }) => String(instances));
    const size = counts.length === 1 ? withInstances(first) : ` with ${listOf(counts)} instances`;
    return `on ${code(workload)}${size}`;
  });
  return listOf(places);
}

function countIn(comparisons: Comparison[], workload: string): number {
  return comparisons.filter((comparison) => comparison.workload === workload).length;
}

function all(comparisons: Comparison[]): string {
  if (comparisons.length === 1) {
    const [comparison] = comparisons as [Comparison];
    return `the one comparison, ${code(comparison.workload)}${withInstances(comparison)}`;
  }
  return `${comparisons.length === 2 ? 'both' : `all ${comparisons.length}`} comparisons`;
}
