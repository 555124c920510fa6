/** What a request costs: a bar for each variant, in the parts of the servers, with the interval of its end. */
import type { BarSeriesOption, CustomSeriesOption, EChartsOption } from 'echarts';
import type { Summary } from '../../analyse/summarise.js';
import type { Chart } from '../../text/blocks.js';
import { formatEstimate, formatMicroseconds, shownInterval } from '../../text/format.js';
import type { Language } from '../language/language.js';
import { serversOf } from '../servers.js';
import { measuredSummaries, type ReportView } from '../view.js';
import { PICTURE, valueAxis } from './frame.js';
import { type Fill, fillOf, INK } from './palette.js';
import { axisUpTo } from './scale.js';
import { renderSvg, shortened } from './svg.js';

const ROW_HEIGHT = 34;
const FRAME_HEIGHT = 92;
/** More would not be read; the details have all of them. */
const MOST_ROWS = 12;

export function costPicture(view: ReportView, title: string, language: Language): Chart {
  const rows = measuredSummaries(view)
    .filter(({ serverCpuMicrosecondsPerRequest }) => serverCpuMicrosecondsPerRequest !== null)
    .slice(0, MOST_ROWS);
  const shown = [...rows].reverse();
  const fills = serversOf(view.result).map(fillOf);
  const { ceiling, step } = axisUpTo(Math.max(1, ...rows.map((row) => endOf(row))));
  const option: EChartsOption = {
    legend: {
      ...{ top: 0, left: 0, itemWidth: 20, itemHeight: 12, itemGap: 14, selectedMode: false },
      textStyle: { color: INK, fontSize: 12 },
    },
    grid: { left: 4, right: 58, top: 30, bottom: 40, containLabel: true },
    xAxis: { ...valueAxis(language.cost.axis, 26), max: ceiling, interval: step },
    yAxis: {
      type: 'category',
      data: shown.map(({ variant, workload }) => `${shortened(variant)} · ${workload}`),
      axisLabel: { color: INK, fontSize: 12, interval: 0 },
      axisTick: { show: false },
      axisLine: { lineStyle: { color: INK } },
    },
    series: [...fills.map((fill) => segment(fill, shown)), ends(shown)],
  };
  const description = rows
    .map(
      (row) =>
        `${row.variant}, ${row.workload}: ${formatEstimate(row.serverCpuMicrosecondsPerRequest, formatMicroseconds)} µs`,
    )
    .join('; ');
  return {
    ...{ id: 'answer-cost', title, description },
    svg: renderSvg({
      ...{ id: 'answer-cost', title, description, option },
      width: PICTURE.width,
      height: Math.max(PICTURE.height, FRAME_HEIGHT + rows.length * ROW_HEIGHT),
    }),
  };
}

function endOf({ serverCpuMicrosecondsPerRequest: cost }: Summary): number {
  if (!cost) return 0;
  return Math.min(1.5 * cost.mean, shownInterval(cost)?.[1] ?? cost.mean);
}

function segment(fill: Fill, rows: readonly Summary[]): BarSeriesOption {
  return {
    ...{ type: 'bar', name: fill.label, stack: 'servers', silent: true, barWidth: 16 },
    itemStyle: { color: fill.color, borderColor: INK, borderWidth: 1, decal: { ...fill.decal } },
    data: rows.map(({ cpuMicrosecondsPerRequest }) => {
      const value = cpuMicrosecondsPerRequest[fill.id]?.mean ?? 0;
      return { value, ...(value === 0 && { itemStyle: { borderWidth: 0 } }) };
    }),
  };
}

/** The interval of the sum as a line across the end of the bar, and the sum beside it. */
function ends(rows: readonly Summary[]): CustomSeriesOption {
  return {
    ...{ type: 'custom', silent: true, z: 9, clip: false },
    data: rows.map(({ serverCpuMicrosecondsPerRequest: cost }, index) => {
      const [low, high] = (cost && shownInterval(cost)) ?? [cost?.mean ?? 0, cost?.mean ?? 0];
      return [cost?.mean ?? 0, index, low, high];
    }),
    encode: { x: [0, 2, 3], y: 1 },
    renderItem: (_params, api) => {
      const row = api.value(1);
      const [mean = 0, y = 0] = api.coord([api.value(0), row]);
      const [low = 0] = api.coord([api.value(2), row]);
      const [high = 0] = api.coord([api.value(3), row]);
      const line = (x1: number, y1: number, x2: number, y2: number) => ({
        type: 'line' as const,
        shape: { x1, y1, x2, y2 },
        style: { stroke: INK, lineWidth: 2 },
      });
      return {
        type: 'group',
        children: [
          ...(high > low
            ? [line(low, y, high, y), line(low, y - 5, low, y + 5), line(high, y - 5, high, y + 5)]
            : []),
          {
            type: 'text',
            style: {
              ...{ x: Math.max(mean, high) + 6, y: y - 7, fill: INK },
              ...{
                text: `${formatMicroseconds(Number(api.value(0)))}`,
                font: 'bold 13px sans-serif',
              },
            },
          },
        ],
      };
    },
  };
}
