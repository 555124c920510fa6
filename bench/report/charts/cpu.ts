/**
 * CPU time per request, one panel a workload, one stacked bar for each variant and number of
 * instances. The load generator has a bar of its own below: it is no part of the service.
 */
import type { BarSeriesOption, EChartsOption } from 'echarts';
import type { Summary } from '../../analyse/summarise.js';
import type { Chart } from '../../text/blocks.js';
import { formatMean, formatMicroseconds } from '../../text/format.js';
import { labTiersOf, serversOf } from '../servers.js';
import { measuredSummaries, type ReportView } from '../view.js';
import { valueAxis } from './frame.js';
import { type Fill, fillOf, INK } from './palette.js';
import { nameOfRow, rowsAxis } from './rows-axis.js';
import { chartId, renderSvg } from './svg.js';

export const CPU_CAPTION =
  'Each row: strategy × instances. The figure at the end of a bar is the sum of the servers that could be measured. The thin bar below it is the load generator. The same figures stand in the table.';

const WIDTH = 520;
const ROW_HEIGHT = 50;
const FRAME_HEIGHT = 118;
/** A figure inside its segment needs this share of the longest bar. */
const ROOM_FOR_LABEL = 0.09;

export function cpuChart(view: ReportView, workload: string): Chart {
  const summaries = measuredSummaries(view).filter((summary) => summary.workload === workload);
  const rows = [...summaries].reverse();
  const fills = serversOf(view.result).map(fillOf);
  const labFills = labTiersOf(view.result).map(fillOf);
  const longest = Math.max(...rows.map((row) => stackOf(row, fills)), 0);
  const option: EChartsOption = {
    legend: {
      top: 0,
      left: 0,
      itemWidth: 26,
      itemHeight: 14,
      itemGap: 20,
      selectedMode: false,
      textStyle: { color: INK, fontSize: 13 },
      data: [...fills, ...labFills].map(({ label }) => label),
    },
    grid: { left: 8, right: 64, top: 62, bottom: 34, containLabel: true },
    xAxis: valueAxis('µs of CPU time per request', 26),
    yAxis: rowsAxis(rows),
    series: [
      ...fills.map((fill, index) => segment(fill, rows, longest, index)),
      totals(rows, fills),
      ...labFills.map((fill) => loadBar(fill, rows)),
    ],
  };
  const id = chartId('cpu', workload, view.result.config.workloads.indexOf(workload));
  const description = describe(summaries, [...fills, ...labFills]);
  return {
    id,
    title: `\`${workload}\``,
    description,
    svg: renderSvg({
      id,
      title: `CPU time per request of ${workload}, in microseconds`,
      description,
      width: WIDTH,
      height: FRAME_HEIGHT + rows.length * ROW_HEIGHT,
      option,
    }),
  };
}

function segment(fill: Fill, rows: Summary[], longest: number, index: number): BarSeriesOption {
  return {
    type: 'bar',
    name: fill.label,
    stack: 'servers',
    silent: true,
    barWidth: 22,
    barGap: '25%',
    z: 2 + index,
    itemStyle: { color: fill.color, borderColor: INK, borderWidth: 1, decal: { ...fill.decal } },
    data: rows.map((row) => {
      const value = row.cpuMicrosecondsPerRequest[fill.id]?.mean ?? 0;
      return {
        value,
        // A segment of no length would still draw its border.
        ...(value === 0 ? { itemStyle: { borderWidth: 0 } } : {}),
        label: {
          show: value > longest * ROOM_FOR_LABEL,
          formatter: () => formatMicroseconds(value),
          color: INK,
          fontSize: 12,
          // On paper without colour, a figure needs a light ground.
          backgroundColor: '#ffffffd9',
          padding: [1, 3],
          borderRadius: 2,
        },
      };
    }),
  };
}

/** An invisible segment that carries the sum. */
function totals(rows: Summary[], fills: readonly Fill[]): BarSeriesOption {
  return {
    type: 'bar',
    stack: 'servers',
    silent: true,
    itemStyle: { color: 'transparent' },
    data: rows.map((row) => ({
      value: 0,
      label: {
        show: true,
        position: 'right' as const,
        formatter: () =>
          row.validRounds > 0 ? `${formatMicroseconds(stackOf(row, fills))} µs` : 'no valid trial',
        color: INK,
        fontSize: 13,
        fontWeight: 'bold' as const,
      },
    })),
  };
}

function loadBar({ id, label, color }: Fill, rows: Summary[]): BarSeriesOption {
  return {
    type: 'bar',
    name: label,
    stack: 'load',
    silent: true,
    barWidth: 8,
    itemStyle: {
      color,
      borderColor: '#777777',
      borderWidth: 1.2,
      borderType: 'dashed',
    },
    data: rows.map((row) => row.cpuMicrosecondsPerRequest[id]?.mean ?? 0),
  };
}

function stackOf({ cpuMicrosecondsPerRequest }: Summary, fills: readonly Fill[]): number {
  return fills.reduce((sum, { id }) => sum + (cpuMicrosecondsPerRequest[id]?.mean ?? 0), 0);
}

function describe(summaries: Summary[], fills: readonly Fill[]): string {
  const parts = summaries
    .filter(({ validRounds }) => validRounds > 0)
    .map((row) => {
      const { cpuMicrosecondsPerRequest } = row;
      const kinds = fills.map(
        ({ id, label }) =>
          `${label} ${formatMean(cpuMicrosecondsPerRequest[id], formatMicroseconds)}`,
      );
      return `${nameOfRow(row)}: ${kinds.join(', ')}`;
    });
  return parts.length > 0
    ? `Microseconds of CPU time per request. ${parts.join('; ')}.`
    : 'No valid trial.';
}
