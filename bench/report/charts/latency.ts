/**
 * Latency percentiles, one panel a workload, one row for each variant and number of instances, on
 * a logarithmic axis: the tail is many times the median, and both must be seen.
 */
import type { EChartsOption, ScatterSeriesOption } from 'echarts';
import type { Summary } from '../../analyse/summarise.js';
import type { Chart } from '../../text/blocks.js';
import { formatMean, formatNumber } from '../../text/format.js';
import { measuredSummaries, type ReportView } from '../view.js';
import { GRID, INK, markOf } from './palette.js';
import { nameOfRow, rowsAxis } from './rows-axis.js';
import { chartId, renderSvg } from './svg.js';

export const LATENCY_CAPTION =
  'Each row: strategy × instances. Further left is better. Figures in milliseconds.';

const WIDTH = 520;
const ROW_HEIGHT = 46;
const FRAME_HEIGHT = 104;

type Percentile = 'p50' | 'p90' | 'p99' | 'p999';
const POINTS: readonly {
  name: Percentile;
  label: string;
  symbol: string;
  size: number;
  figure: boolean;
}[] = [
  { name: 'p50', label: 'p50', symbol: 'circle', size: 12, figure: true },
  { name: 'p90', label: 'p90', symbol: 'diamond', size: 12, figure: false },
  { name: 'p99', label: 'p99', symbol: 'rect', size: 11, figure: true },
  { name: 'p999', label: 'p99.9', symbol: 'triangle', size: 12, figure: true },
];

export function latencyChart(view: ReportView, workload: string): Chart {
  const summaries = measuredSummaries(view).filter((summary) => summary.workload === workload);
  const rows = [...summaries].reverse();
  const values = rows.flatMap((row) =>
    POINTS.map(({ name }) => row.latencyMs[name]?.mean ?? 0).filter((value) => value > 0),
  );
  const option: EChartsOption = {
    legend: {
      top: 0,
      left: 0,
      selectedMode: false,
      itemGap: 18,
      itemWidth: 13,
      itemHeight: 13,
      textStyle: { color: INK, fontSize: 13 },
      itemStyle: { color: '#555555' },
      data: POINTS.map(({ label }) => label),
    },
    grid: { left: 8, right: 34, top: 44, bottom: 34, containLabel: true },
    xAxis: {
      type: 'log',
      min: values.length > 0 ? stepDown(Math.min(...values) * 0.75) : 1,
      max: values.length > 0 ? stepUp(Math.max(...values) * 1.4) : 10,
      name: 'milliseconds, on a logarithmic axis',
      nameLocation: 'middle',
      nameGap: 26,
      nameTextStyle: { color: INK, fontSize: 13 },
      axisLabel: {
        color: INK,
        fontSize: 12,
        formatter: (value: number) => Number(value.toPrecision(1)).toLocaleString('en'),
      },
      splitLine: { lineStyle: { color: GRID } },
    },
    yAxis: rowsAxis(rows),
    series: [
      ...rows.map((row, index) => ({
        type: 'line' as const,
        silent: true,
        symbol: 'none',
        lineStyle: { color: markOf(view.variants, row.variant).color, width: 2, opacity: 0.6 },
        data: spanOf(row).map((value) => [value, index]),
      })),
      ...POINTS.map((point) => percentile(point, rows, view)),
    ],
  };
  const id = chartId('latency', workload, view.result.config.workloads.indexOf(workload));
  const description = describe(summaries);
  return {
    id,
    title: `\`${workload}\``,
    description,
    svg: renderSvg({
      id,
      title: `Latency of ${workload}, in milliseconds`,
      description,
      width: WIDTH,
      height: FRAME_HEIGHT + rows.length * ROW_HEIGHT,
      option,
    }),
  };
}

function percentile(
  { name, label, symbol, size, figure }: (typeof POINTS)[number],
  rows: Summary[],
  view: ReportView,
): ScatterSeriesOption {
  return {
    type: 'scatter',
    name: label,
    silent: true,
    symbol,
    symbolSize: size,
    itemStyle: { opacity: 1, borderColor: '#ffffff', borderWidth: 1 },
    data: rows.flatMap((row, index) => {
      const mean = row.latencyMs[name]?.mean ?? 0;
      if (mean <= 0) return [];
      return [
        {
          value: [mean, index],
          itemStyle: { color: markOf(view.variants, row.variant).color },
          label: {
            show: figure,
            // p99 and p99.9 can lie close together: the last stands beside its mark.
            position: name === 'p999' ? ('right' as const) : ('top' as const),
            distance: 4,
            formatter: () => formatNumber(mean),
            color: INK,
            fontSize: 12,
          },
        },
      ];
    }),
    z: 4,
  };
}

function spanOf({ latencyMs }: Summary): number[] {
  const values = POINTS.map(({ name }) => latencyMs[name]?.mean ?? 0).filter((value) => value > 0);
  return values.length > 0 ? [Math.min(...values), Math.max(...values)] : [];
}

/** The next 1 or 3 times a power of ten, so that little of the axis stays empty. */
function stepDown(value: number): number {
  const decade = 10 ** Math.floor(Math.log10(value));
  return value / decade >= 3 ? decade * 3 : decade;
}

function stepUp(value: number): number {
  const decade = 10 ** Math.floor(Math.log10(value));
  return value / decade > 3 ? decade * 10 : decade * 3;
}

function describe(summaries: Summary[]): string {
  const parts = summaries
    .filter(({ validRounds }) => validRounds > 0)
    .map((row) => {
      const { latencyMs } = row;
      const figures = POINTS.map(({ name, label }) => `${label} ${formatMean(latencyMs[name])}`);
      return `${nameOfRow(row)}: ${figures.join(', ')}`;
    });
  return parts.length > 0
    ? `Latency in milliseconds, mean of the valid rounds. ${parts.join('; ')}.`
    : 'No valid trial.';
}
