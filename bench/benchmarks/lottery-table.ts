/** What equal processes cost, by the flags they were started with. Pure. */
import type { Result, Trial } from '../model/result-schema.js';
import { median } from '../statistics/quantile.js';
import { varianceOf } from '../statistics/statistics.js';
import { left, right, type Table } from '../text/blocks.js';
import { formatMegabytes, formatNumber, formatShare, NOT_MEASURED } from '../text/format.js';

/** A process that costs so many times what is usual with the best flags has drawn a bad lot. */
const BAD_LOT = 1.25;

/** @param flags by the id of the variant */
export function lotteryTable(
  { trials }: Pick<Result, 'trials'>,
  flags: ReadonlyMap<string, string>,
): Table {
  const trialsOfVariant = (id: string) => trials.filter(({ variant }) => variant === id);
  const medians = [...flags.keys()].flatMap((id) => {
    const costs = costsOf(trialsOfVariant(id));
    return costs.length === 0 ? [] : [median(costs)];
  });
  const usual = Math.min(...medians);
  return {
    kind: 'table',
    caption: `Medians over processes; scatter: standard deviation of the logarithm of the CPU time per request; bad lots: processes that cost over ${BAD_LOT} times the lowest median of the table; worst: the most expensive one over that median.`,
    columns: [
      left('Flags'),
      right('Processes'),
      right('CPU µs a request'),
      right('Scatter'),
      right('Bad lots'),
      right('Worst'),
      right('p99 ms'),
      right('Memory MB'),
      right('Heap MB'),
      right('Collector'),
    ],
    rows: [...flags].map(([id, text]) => rowOf(text, trialsOfVariant(id), usual)),
    rowHeaders: 1,
  };
}

function costsOf(trials: readonly Trial[]): number[] {
  return measured(trials, (trial) => trial.cpuMicrosecondsPerRequest.application);
}

function rowOf(flags: string, trials: readonly Trial[], usual: number): string[] {
  const costs = costsOf(trials);
  if (costs.length < 2) return [flags, String(costs.length), ...Array(8).fill(NOT_MEASURED)];
  const heaps = (of: (heap: NonNullable<Trial['perInstance'][number]['heap']>) => number | null) =>
    measured(trials, ({ perInstance: [first] }) => first?.heap && of(first.heap));
  return [
    flags,
    String(costs.length),
    formatNumber(median(costs)),
    Math.sqrt(varianceOf(costs.map(Math.log))).toFixed(3),
    String(costs.filter((cost) => cost > BAD_LOT * usual).length),
    `${(Math.max(...costs) / usual).toFixed(2)} times`,
    formatNumber(medianOrNull(measured(trials, ({ latencyMs }) => latencyMs?.p99))),
    formatMegabytes(medianOrNull(measured(trials, ({ rssBytes }) => rssBytes.application))),
    formatMegabytes(medianOrNull(heaps(({ usedBytes }) => usedBytes))),
    formatShare(medianOrNull(heaps(({ collectorShare }) => collectorShare))),
  ];
}

function measured(
  trials: readonly Trial[],
  of: (trial: Trial) => number | null | undefined,
): number[] {
  return trials.map(of).filter((value) => typeof value === 'number');
}

function medianOrNull(values: readonly number[]): number | null {
  return values.length === 0 ? null : median([...values]);
}
