/**
 * How throughput grows with instances: what was measured, the curve of the law with its band, the
 * forecast from the fewest instances, and the knee. Up to three variants share a panel; more have
 * one each, because bands would hide each other.
 */
import type { EChartsOption } from 'echarts';
import type { Scaling } from '../../analyse/scaling/analyse-scaling.js';
import type { Chart } from '../../text/blocks.js';
import { formatEstimate, formatNumber, shownInterval } from '../../text/format.js';
import { limitWords } from '../limit-words.js';
import type { ReportView } from '../view.js';
import { endsOf, nameLabels } from './name-labels.js';
import { GRID, INK } from './palette.js';
import { axisUpTo } from './scale.js';
import { measuredOf, seriesOf } from './scaling-series.js';
import { chartId, renderSvg, shortened, textWidth } from './svg.js';

export const SCALING_CAPTION =
  'Large marks with bars: measured means and 95 % intervals. Line with a band: the law of scaling with its 95 % interval (missing where it was refused). Crosses on a dashed line: the forecast from the fewest instances. Dotted upright line: the knee from the demands.';

const WIDTH = 520;
const HEIGHT = 380;
const GRID_TOP = 44;
const GRID_BOTTOM = 44;
const AXIS_HEIGHT = 20;
const MOST_IN_A_PANEL = 3;

export function scalingCharts(view: ReportView, workload: string): Chart[] {
  const mine = view.scaling.filter((each) => each.workload === workload);
  const workloads = view.result.config.workloads;
  const panels = mine.length > MOST_IN_A_PANEL ? mine.map((each) => [each]) : [mine];
  return panels
    .filter((shown) => shown.length > 0)
    .map((shown, index) => {
      const alone = panels.length > 1 ? shown[0]?.variant : undefined;
      const id = chartId(`scaling-${index}`, workload, workloads.indexOf(workload));
      return panel(view, shown, id, alone ? `\`${workload}\`: ${alone}` : `\`${workload}\``);
    });
}

function panel(view: ReportView, shown: Scaling[], id: string, title: string): Chart {
  const [{ workload = '' } = {}] = shown;
  const counts = [...new Set(shown.flatMap((each) => each.counts))].sort((a, b) => a - b);
  const rightEdge = (counts.at(-1) ?? 1) * 1.04;
  const { ceiling, step } = axisUpTo(highestOf(view, shown));
  const longest = Math.max(...shown.map(({ variant }) => textWidth(shortened(variant))));
  const plotHeight = HEIGHT - GRID_TOP - GRID_BOTTOM - AXIS_HEIGHT;
  const ids = new Set(shown.map(({ variant }) => variant));
  const labelled = {
    ...view,
    summaries: view.summaries.filter(({ variant }) => ids.has(variant)),
  };
  const option: EChartsOption = {
    grid: { left: 28, right: longest + 34, top: GRID_TOP, bottom: GRID_BOTTOM, containLabel: true },
    xAxis: {
      type: 'value',
      min: 0,
      max: rightEdge,
      name: 'instances of the service',
      nameLocation: 'middle',
      nameGap: 30,
      nameTextStyle: { color: INK, fontSize: 14 },
      axisLine: { onZero: false, lineStyle: { color: INK } },
      axisTick: { customValues: counts } as object,
      axisLabel: { customValues: counts, color: INK, fontSize: 14, hideOverlap: true } as object,
      splitLine: { show: false },
    },
    yAxis: {
      type: 'value',
      min: 0,
      max: ceiling,
      interval: step,
      axisLine: { show: false },
      axisTick: { show: false },
      name: 'requests/s',
      nameTextStyle: { color: INK, fontSize: 14, align: 'right' },
      axisLabel: {
        color: INK,
        fontSize: 13,
        formatter: (value: number) => value.toLocaleString('en'),
      },
      splitLine: { lineStyle: { color: GRID } },
    },
    series: [
      ...shown.flatMap((each, place) => seriesOf(view, each, ceiling, place)),
      nameLabels(labelled.variants, endsOf(labelled, workload), ceiling, rightEdge, plotHeight),
    ],
  };
  const description = describe(view, shown);
  const svg = renderSvg({
    id,
    title: `How throughput of ${workload} grows with instances`,
    description,
    width: WIDTH,
    height: HEIGHT,
    option,
  });
  return { id, title, description, svg };
}

/** Room for what was measured, and for forecasts unless they dwarf it. */
function highestOf(view: ReportView, shown: readonly Scaling[]): number {
  const measured = shown
    .flatMap((each) => measuredOf(view, each))
    .map(({ throughputRps }) => throughputRps);
  const highest = Math.max(1, ...measured.map(({ mean }) => mean));
  const others = [
    ...measured.map((estimate) => shownInterval(estimate)?.[1] ?? 0),
    ...shown.flatMap(({ forecast }) =>
      (forecast?.onThisMachine ?? []).map(({ throughputRps }) => throughputRps),
    ),
  ];
  return Math.min(highest * 1.6, Math.max(highest, ...others));
}

function describe(view: ReportView, shown: readonly Scaling[]): string {
  const parts = shown.map((each) => {
    const told = (each.forecast?.onThisMachine ?? []).map(
      ({ instances, throughputRps }) => `${instances}: ${formatNumber(throughputRps)}`,
    );
    const measured = measuredOf(view, each).map(
      ({ instances, throughputRps }) => `${instances}: ${formatEstimate(throughputRps)}`,
    );
    const [first] = each.predictedKnee?.limits ?? [];
    const knee = first
      ? ` Knee at ${formatNumber(first.instances)} instances, ${limitWords(first.limit).inSentence}.`
      : '';
    return `${each.variant}, measured by number of instances: ${measured.join('; ')}. Forecast: ${told.join('; ') || 'none'}.${knee}`;
  });
  return `Requests per second. ${parts.join(' ')}`;
}
