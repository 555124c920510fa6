/** Throughput against servers, on true distances: what was measured, what would be in proportion, the knee. */
import type { EChartsOption, LineSeriesOption } from 'echarts';
import type { Growth } from '../../analyse/answers/scale-answer.js';
import type { Estimate } from '../../statistics/statistics.js';
import type { Chart } from '../../text/blocks.js';
import { formatEstimate, formatNumber, shownInterval } from '../../text/format.js';
import type { Language } from '../language/language.js';
import type { ReportedVariant } from '../view.js';
import { errorBars } from './error-bars.js';
import { PICTURE, valueAxis } from './frame.js';
import { nameLabels } from './name-labels.js';
import { INK, type Mark, markOf } from './palette.js';
import { axisUpTo } from './scale.js';
import { renderSvg, shortened, textWidth } from './svg.js';

const HEIGHT = 290;
const GRID = { top: 30, bottom: 44 };
const IDEAL = '#777777';

/** One variant in the picture. */
export interface Curve {
  growth: Growth;
  /** What is full at its knee, for people. */
  tier: string;
  points: readonly { instances: number; throughputRps: Estimate }[];
  /** Where it was not measured; none where it was. */
  predicted: readonly { instances: number; throughputRps: number }[];
  /** Its points are worked out: drawn hollow, as what was predicted. */
  isCalculated?: boolean;
}

export function scalePicture(
  variants: readonly ReportedVariant[],
  curves: readonly Curve[],
  title: string,
  language: Language,
): Chart {
  const points = curves.map((curve) => curve.points);
  const counts = [...new Set(points.flat().map(({ instances }) => instances))].sort(
    (a, b) => a - b,
  );
  const most = counts.at(-1) ?? 1;
  const { ceiling, step } = axisUpTo(
    highestOf(points.flat().map(({ throughputRps }) => throughputRps)),
  );
  const longest = Math.max(...curves.map(({ growth }) => textWidth(shortened(growth.variant))));
  const option: EChartsOption = {
    grid: { left: 6, right: longest + 26, ...GRID, containLabel: true },
    xAxis: {
      ...valueAxis(language.scale.axes.servers, 26),
      max: most * 1.04,
      axisTick: { customValues: counts } as object,
      axisLabel: { customValues: counts, color: INK, fontSize: 12, hideOverlap: true } as object,
      splitLine: { show: false },
      axisLine: { onZero: false, lineStyle: { color: INK } },
    },
    yAxis: {
      ...valueAxis('', 0),
      ...{ max: ceiling, interval: step, name: language.scale.axes.rate, nameLocation: 'end' },
      nameGap: 12,
      nameTextStyle: { color: INK, fontSize: 12, align: 'left', padding: [0, 0, 0, -30] },
    },
    series: [
      ...curves.flatMap((curve, index) => {
        const mark = markOf(variants, curve.growth.variant);
        return [
          ideal(points[index] ?? [], most, ceiling, index === 0 ? language.scale.ideal : ''),
          forecast(curve.predicted, mark),
          ...kneeOf(curve, { mark, ceiling, index, language }),
          line(curve, mark),
          errorBars(
            mark.color,
            (points[index] ?? []).flatMap(({ instances, throughputRps }) => {
              const interval = shownInterval(throughputRps);
              return interval ? [{ x: instances, interval }] : [];
            }),
          ),
        ];
      }),
      nameLabels(
        variants,
        curves.flatMap(({ growth, points: mine }) =>
          mine
            .slice(-1)
            .map(({ throughputRps }) => ({ id: growth.variant, height: throughputRps.mean })),
        ),
        ceiling,
        most * 1.04,
        HEIGHT - GRID.top - GRID.bottom - 20,
      ),
    ],
  };
  const description = curves
    .map(
      ({ growth, isCalculated, points: mine }) =>
        `${growth.variant}: ${mine.map(({ instances, throughputRps }) => `${instances}: ${isCalculated ? formatNumber(throughputRps.mean) : formatEstimate(throughputRps)}`).join('; ')}`,
    )
    .join('. ');
  return {
    ...{ id: 'answer-scale', title, description },
    svg: renderSvg({
      ...{ id: 'answer-scale', title, description, option },
      ...{ width: PICTURE.width, height: HEIGHT },
    }),
  };
}

type Point = Curve['points'][number];

function highestOf(estimates: readonly Point['throughputRps'][]): number {
  const highest = Math.max(1, ...estimates.map(({ mean }) => mean));
  const ends = estimates.map((estimate) => shownInterval(estimate)?.[1] ?? 0);
  return Math.min(1.3 * highest, Math.max(highest, ...ends));
}

function line({ points, isCalculated }: Curve, { color, symbol, dash }: Mark): LineSeriesOption {
  return {
    ...{ type: 'line', silent: true, symbolSize: 10, z: 5 },
    symbol: isCalculated ? 'emptyCircle' : symbol,
    lineStyle: { color, width: 2.5, type: dash },
    itemStyle: { color, opacity: 1 },
    data: points.map(({ instances, throughputRps }) => [instances, throughputRps.mean]),
  };
}

/** As if every further server brought as much as the first; up to the edge of the picture. */
function ideal(
  points: readonly Point[],
  most: number,
  ceiling: number,
  label: string,
): LineSeriesOption {
  const [first] = points;
  const rate = first ? first.throughputRps.mean / first.instances : 0;
  const end = Math.min(most, ceiling / Math.max(1, rate));
  return {
    ...{ type: 'line', silent: true, symbol: 'circle', symbolSize: 0.01, z: 1 },
    lineStyle: { color: IDEAL, width: 1.2, type: [2, 3] },
    itemStyle: { opacity: 1 },
    data: [
      [0, 0],
      {
        value: [end, end * rate],
        label: {
          ...{ show: label !== '', position: 'left' as const, formatter: label },
          ...{ color: '#555555', fontSize: 11 },
        },
      },
    ],
  };
}

function forecast(points: Curve['predicted'], { color }: Mark): LineSeriesOption {
  return {
    ...{ type: 'line', silent: true, symbol: 'emptyCircle', symbolSize: 8, z: 4 },
    lineStyle: { color, width: 0 },
    itemStyle: { color, opacity: 1 },
    data: points.map(({ instances, throughputRps }) => [instances, throughputRps]),
  };
}

function kneeOf(
  { growth, tier }: Curve,
  at: { mark: Mark; ceiling: number; index: number; language: Language },
): LineSeriesOption[] {
  const { knee } = growth;
  if (knee === null) return [];
  const { mark, ceiling, index, language } = at;
  return [
    {
      ...{ type: 'line', silent: true, symbol: 'circle', symbolSize: 0.01, z: 2 },
      lineStyle: { color: mark.color, width: 1.5, type: 'dotted' },
      itemStyle: { opacity: 1 },
      data: [
        [knee, 0],
        {
          value: [knee, ceiling * (0.06 + 0.08 * index)],
          label: {
            ...{ show: true, position: 'right' as const, color: INK, fontSize: 12 },
            formatter: growth.full === null ? formatNumber(knee) : language.scale.full(tier),
          },
        },
        [knee, ceiling],
      ],
    },
  ];
}
