/**
 * Throughput against instances, one panel a workload: the mean of each variant with its interval,
 * and every round beside it. Rounds that do not count are hollow.
 */
import type {
  CustomSeriesOption,
  EChartsOption,
  LineSeriesOption,
  ScatterSeriesOption,
} from 'echarts';
import type { Summary } from '../../analyse/summarise.js';
import type { Estimate } from '../../statistics/statistics.js';
import type { Chart } from '../../text/blocks.js';
import { formatEstimate, formatNumber, shownInterval } from '../../text/format.js';
import type { ReportView } from '../view.js';
import { errorBars } from './error-bars.js';
import { endsOf, nameLabels } from './name-labels.js';
import { GRID, INK, markOf } from './palette.js';
import { nameOfRow } from './rows-axis.js';
import { scaleOf } from './scale.js';
import { chartId, renderSvg, shortened, textWidth } from './svg.js';

export const THROUGHPUT_CAPTION =
  'Large marks: mean of the valid rounds. Bars: 95 % interval (none with fewer than 3 rounds). Small marks: each round; hollow ones do not count. The axis starts at 0; a bar without an end goes on beyond the chart.';

const WIDTH = 520;
const LEAST_HEIGHT = 360;
/** Room for a name beside its line, for each variant beyond six. */
const NAME_HEIGHT = 19;
const GRID_TOP = 40;
const GRID_BOTTOM = 44;
const AXIS_HEIGHT = 20;
/** Between the variants of one number of instances, as a share of the way to the next. */
const WIDEST_DODGE = 0.16;
/** All variants together; the rest parts them from the next number of instances. */
const GROUP_WIDTH = 0.8;

export function throughputChart(view: ReportView, workload: string): Chart {
  const { variants, result } = view;
  const counts = result.config.instances;
  const isOfTargets = result.config.targets === true;
  const title = `Throughput of ${workload}, in requests per second`;
  const trials = result.trials.filter((trial) => trial.workload === workload);
  const dodge = Math.min(WIDEST_DODGE, GROUP_WIDTH / variants.length);
  const series = variants.flatMap(({ id }, index) => {
    const offset = (index - (variants.length - 1) / 2) * dodge;
    const place = (instances: number) => counts.indexOf(instances) + offset;
    const mine = view.summaries.filter(
      (summary) => summary.variant === id && summary.workload === workload && summary.throughputRps,
    );
    const own = trials.filter(({ variant }) => variant === id);
    return [
      meanLine(view, id, mine, place),
      intervals(view, id, mine, place),
      rounds(
        view,
        id,
        own
          .filter(({ valid }) => valid)
          .map((trial) => [place(trial.instances) + dodge / 3, trial.throughputRps]),
        true,
      ),
      rounds(
        view,
        id,
        own
          .filter(({ valid }) => !valid)
          .map((trial) => [place(trial.instances) + dodge / 3, trial.throughputRps]),
        false,
      ),
    ];
  });
  const height = LEAST_HEIGHT + NAME_HEIGHT * Math.max(0, variants.length - 6);
  const plotHeight = height - GRID_TOP - GRID_BOTTOM - AXIS_HEIGHT;
  const { ceiling, step } = scaleOf(view, workload);
  const longest = Math.max(...variants.map(({ id }) => textWidth(shortened(id))));
  const option: EChartsOption = {
    grid: { left: 12, right: longest + 34, top: GRID_TOP, bottom: GRID_BOTTOM, containLabel: true },
    xAxis: {
      type: 'value',
      min: -0.5,
      max: counts.length - 0.5,
      name: isOfTargets ? '' : 'instances of the service',
      nameLocation: 'middle',
      nameGap: 30,
      nameTextStyle: { color: INK, fontSize: 14 },
      axisLine: { onZero: false, lineStyle: { color: INK } },
      axisTick: { customValues: counts.map((_, index) => index) } as object,
      axisLabel: {
        customValues: counts.map((_, index) => index),
        formatter: (value: number) => (isOfTargets ? '' : String(counts[value] ?? '')),
        color: INK,
        fontSize: 14,
      } as object,
      splitLine: { show: false },
    },
    yAxis: {
      type: 'value',
      min: 0,
      max: ceiling,
      axisLine: { show: false },
      axisTick: { show: false },
      name: 'requests/s',
      nameTextStyle: { color: INK, fontSize: 14, align: 'right' },
      axisLabel: { color: INK, fontSize: 13, formatter: (value: number) => formatAxis(value) },
      splitLine: { lineStyle: { color: GRID } },
      interval: step,
    },
    series: [
      ...series,
      nameLabels(view.variants, endsOf(view, workload), ceiling, counts.length - 0.5, plotHeight),
    ],
  };
  const id = chartId('throughput', workload, result.config.workloads.indexOf(workload));
  const description = describe(view, workload);
  return {
    id,
    title: `\`${workload}\``,
    description,
    svg: renderSvg({ id, title, description, width: WIDTH, height, option }),
  };
}

function formatAxis(value: number): string {
  return value.toLocaleString('en');
}

function meanLine(
  { variants }: ReportView,
  id: string,
  summaries: Summary[],
  place: (instances: number) => number,
): LineSeriesOption {
  const { color, symbol, dash } = markOf(variants, id);
  return {
    type: 'line',
    silent: true,
    symbol,
    symbolSize: 12,
    lineStyle: { color, width: 2.5, type: dash },
    itemStyle: { color, opacity: 1 },
    z: 4,
    data: summaries.map((summary) => [place(summary.instances), summary.throughputRps?.mean ?? 0]),
  };
}

function intervals(
  { variants }: ReportView,
  id: string,
  summaries: Summary[],
  place: (instances: number) => number,
): CustomSeriesOption {
  const bars = summaries.flatMap(({ instances, throughputRps }) =>
    barsOf(place(instances), throughputRps),
  );
  return errorBars(markOf(variants, id).color, bars);
}

function barsOf(x: number, estimate: Estimate | null) {
  const interval = estimate && shownInterval(estimate);
  return interval ? [{ x, interval }] : [];
}

function rounds(
  { variants }: ReportView,
  id: string,
  data: [number, number][],
  valid: boolean,
): ScatterSeriesOption {
  const { color, symbol } = markOf(variants, id);
  return {
    type: 'scatter',
    silent: true,
    symbol,
    symbolSize: valid ? 5 : 8,
    z: 5,
    itemStyle: valid
      ? { color, opacity: 0.75 }
      : { color: '#ffffff', borderColor: color, borderWidth: 1.8, opacity: 1 },
    data,
  };
}

function describe(view: ReportView, workload: string): string {
  const isOfTargets = view.result.config.targets === true;
  const parts = view.summaries
    .filter((summary) => summary.workload === workload && summary.throughputRps)
    .map((summary) => `${nameOfRow(summary)}: ${formatEstimate(summary.throughputRps)}`);
  const invalid = view.result.trials.filter((trial) => trial.workload === workload && !trial.valid);
  const hollow = invalid.map(
    (trial) => `${nameOfRow(trial)}: ${formatNumber(trial.throughputRps)}`,
  );
  return [
    parts.length > 0
      ? `Requests per second by ${isOfTargets ? 'target' : 'strategy and number of instances'}, mean and 95 % interval. ${parts.join('; ')}.`
      : 'No valid trial.',
    ...(hollow.length > 0 ? [`Invalid trials, drawn hollow: ${hollow.join('; ')}.`] : []),
  ].join(' ');
}
