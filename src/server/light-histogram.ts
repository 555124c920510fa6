import type { Metric, MetricValueWithName } from 'prom-client';

/** A series of it: one set of labels. */
export interface Series {
  observe(value: number): void;
}

export interface LightHistogram<Label extends string> {
  /** The series with these labels, to be kept by whoever observes often. */
  series(labels: Readonly<Record<Label, string>>): Series;
  /** For a registry of prom-client. */
  readonly metric: Metric;
}

/**
 * A histogram that prom-client prints and does not count: its own `observe` puts labels together, hashes and checks them each time,
 * and two of those were half of what metrics cost a request (docs/metrics.md). Cumulative buckets, sum and count as in the text format
 * (https://prometheus.io/docs/instrumenting/exposition_formats/#histograms-and-summaries).
 *
 * @param bounds upper ends of the buckets, rising
 */
export function createLightHistogram<Label extends string>(
  name: string,
  help: string,
  bounds: readonly number[],
): LightHistogram<Label> {
  const all: { labels: Readonly<Record<Label, string>>; counts: Float64Array; sum: number }[] = [];

  function valuesOf({ labels, counts, sum }: (typeof all)[number]) {
    const values: MetricValueWithName<string>[] = [];
    let below = 0;
    for (const [index, bound] of [...bounds, '+Inf'].entries()) {
      below += counts[index] as number;
      values.push({ metricName: `${name}_bucket`, labels: { le: bound, ...labels }, value: below });
    }
    values.push({ metricName: `${name}_sum`, labels, value: sum });
    values.push({ metricName: `${name}_count`, labels, value: below });
    return values;
  }

  const metric = {
    name,
    help,
    get: async () => ({
      ...{ name, help, type: 'histogram', aggregator: 'sum' },
      values: all.flatMap(valuesOf),
    }),
    reset: () => {
      for (const series of all) {
        series.counts.fill(0);
        series.sum = 0;
      }
    },
  };

  return {
    metric: metric as unknown as Metric,
    series: (labels) => {
      const own = { labels, counts: new Float64Array(bounds.length + 1), sum: 0 };
      all.push(own);
      const last = bounds.length;
      return {
        observe: (value) => {
          let bucket = 0;
          while (bucket < last && value > (bounds[bucket] as number)) {
            bucket += 1;
          }
          own.counts[bucket] = (own.counts[bucket] as number) + 1;
          own.sum += value;
        },
      };
    },
  };
}
