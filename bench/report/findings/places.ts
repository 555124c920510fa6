import type { Comparison } from '../../model/result-schema.js';
import { countOf } from '../../text/count-of.js';
import { code, listOf } from '../../text/format.js';

/** "in all 4 comparisons", "on `me`", "on `me` with 2 instances and on `crud`" */
export function placesOf(some: Comparison[], cells: Comparison[]): string {
  if (some.length === cells.length) return `in ${all(cells)}`;
  const partial = new Set(
    some
      .filter(({ workload }) => countIn(some, workload) < countIn(cells, workload))
      .map(({ workload }) => workload),
  );
  // A long list of places tells less than their number.
  if (partial.size > 1) return `in ${some.length} of ${countOf(cells.length, 'comparison')}`;
  const workloads = [...new Set(some.map(({ workload }) => workload))];
  const places = workloads.map((workload) => {
    const here = some.filter((cell) => cell.workload === workload);
    const everything = cells.filter((cell) => cell.workload === workload);
    if (here.length === everything.length) return `on ${code(workload)}`;
    const counts = here.map(({ instances }) => String(instances));
    const last = here.at(-1)?.instances ?? 0;
    const instances =
      counts.length === 1 ? countOf(last, 'instance') : `${listOf(counts)} instances`;
    return `on ${code(workload)} with ${instances}`;
  });
  return listOf(places);
}

function countIn(cells: Comparison[], workload: string): number {
  return cells.filter((cell) => cell.workload === workload).length;
}

function all(cells: Comparison[]): string {
  if (cells.length === 1) {
    const [cell] = cells;
    return `the one comparison, ${code(cell?.workload ?? '')} with ${countOf(cell?.instances ?? 0, 'instance')}`;
  }
  return `${cells.length === 2 ? 'both' : `all ${cells.length}`} comparisons`;
}
