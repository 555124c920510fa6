/** What one variant draws in a panel on scaling. */
import type { CustomSeriesOption, LineSeriesOption, ScatterSeriesOption } from 'echarts';
import type { Scaling } from '../../analyse/scaling/analyse-scaling.js';
import type { Forecast } from '../../analyse/scaling/forecast.js';
import type { ScalabilityLaw } from '../../analyse/scaling/usl.js';
import { formatNumber, shownInterval } from '../../text/format.js';
import type { ReportView } from '../view.js';
import { errorBars } from './error-bars.js';
import { INK, type Mark, markOf } from './palette.js';

const STEPS = 60;
const CROSS = 'path://M2 0L5 3L8 0L10 2L7 5L10 8L8 10L5 7L2 10L0 8L3 5L0 2Z';

/** @param place among the variants of the panel: names of near knees stand below each other */
export function seriesOf(view: ReportView, each: Scaling, ceiling: number, place: number) {
  const mark = markOf(view.variants, each.variant);
  const points = measuredOf(view, each);
  const bars = points.flatMap(({ instances, throughputRps }) => {
    const interval = shownInterval(throughputRps);
    return interval ? [{ x: instances, interval }] : [];
  });
  return [
    ...(each.law.law ? lawCurve(each.law.law, each.counts, mark) : []),
    ...(each.forecast ? [forecastLine(each.forecast, mark)] : []),
    ...kneeLine(each, mark, ceiling, place),
    errorBars(mark.color, bars),
    measuredMarks(
      points.map(({ instances, throughputRps }) => [instances, throughputRps.mean]),
      mark,
    ),
  ];
}

function measuredMarks(data: [number, number][], mark: Mark): ScatterSeriesOption {
  const { color, symbol } = mark;
  return {
    type: 'scatter',
    silent: true,
    symbol,
    symbolSize: 12,
    z: 5,
    itemStyle: { color, opacity: 1 },
    data,
  };
}

function lawCurve(
  law: ScalabilityLaw,
  counts: readonly number[],
  { color }: Mark,
): [CustomSeriesOption, LineSeriesOption] {
  const [from = 1, to = 1] = [counts[0], counts.at(-1)];
  const places = Array.from(
    { length: STEPS + 1 },
    (_, step) => from + ((to - from) * step) / STEPS,
  );
  const curve = places.map((instances) => ({ instances, ...law.at(instances) }));
  const outline = [
    ...curve.map(({ instances, interval95 }) => [instances, interval95[0]]),
    ...curve.map(({ instances, interval95 }) => [instances, interval95[1]]).reverse(),
  ];
  return [
    {
      type: 'custom',
      silent: true,
      clip: true,
      z: 1,
      data: [[from, 0]],
      renderItem: (_params, api) => ({
        type: 'polygon',
        shape: { points: outline.map((point) => api.coord(point)) },
        style: { fill: color, opacity: 0.14 },
      }),
    },
    {
      type: 'line',
      silent: true,
      symbol: 'none',
      z: 2,
      lineStyle: { color, width: 2, type: 'solid' },
      data: curve.map(({ instances, throughputRps }) => [instances, throughputRps]),
    },
  ];
}

function forecastLine({ onThisMachine }: Forecast, { color }: Mark): LineSeriesOption {
  return {
    type: 'line',
    silent: true,
    symbol: CROSS,
    symbolSize: 8,
    // In front of the marks, which it would hide behind where the forecast is good.
    z: 6,
    lineStyle: { color, width: 1.5, type: [6, 5] },
    itemStyle: { color: INK, opacity: 1 },
    data: onThisMachine.map(({ instances, throughputRps }) => [instances, throughputRps]),
  };
}

/** Only in the range: nothing was measured beyond it. */
function kneeLine(
  each: Scaling,
  { color }: Mark,
  ceiling: number,
  place: number,
): LineSeriesOption[] {
  const [first] = each.predictedKnee?.limits ?? [];
  if (!first || first.instances > (each.counts.at(-1) ?? 0)) return [];
  return [
    {
      type: 'line',
      silent: true,
      symbol: 'circle',
      symbolSize: 0.01,
      z: 1,
      lineStyle: { color, width: 1.5, type: 'dotted' },
      data: [
        [first.instances, 0],
        {
          value: [first.instances, ceiling * (0.97 - 0.06 * place)],
          label: {
            show: true,
            position: 'right' as const,
            formatter: `knee ${formatNumber(first.instances)}`,
            color: INK,
            fontSize: 13,
          },
        },
        [first.instances, ceiling],
      ],
    },
  ];
}

export function measuredOf({ summaries }: ReportView, { variant, workload }: Scaling) {
  return summaries.flatMap((summary) =>
    summary.variant === variant && summary.workload === workload && summary.throughputRps
      ? [{ instances: summary.instances, throughputRps: summary.throughputRps }]
      : [],
  );
}
