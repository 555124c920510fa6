import type { ScatterSeriesOption } from 'echarts';
import type { ReportedVariant, ReportView } from '../view.js';
import { INK, markOf } from './palette.js';
import { shortened } from './svg.js';

/** Pixels between two names. */
const LABEL_GAP = 19;

/**
 * Names at the right edge, beside the last mean of each variant and moved apart where they would
 * overlap, so that no key is needed.
 */
export function nameLabels(
  variants: readonly ReportedVariant[],
  ends: readonly { id: string; height: number }[],
  ceiling: number,
  rightEdge: number,
  plotHeight: number,
): ScatterSeriesOption {
  const gap = (LABEL_GAP * ceiling) / plotHeight;
  const wanted = [...ends].sort((a, b) => a.height - b.height);
  const heights = apart(
    wanted.map(({ height }) => height),
    gap,
    ceiling,
  );
  const placed = wanted.map(({ id }, index) => ({ id, height: heights[index] as number }));
  return {
    type: 'scatter',
    silent: true,
    clip: false,
    symbolSize: 0.01,
    itemStyle: { opacity: 1 },
    data: placed.map(({ id, height }) => {
      const { color, sign } = markOf(variants, id);
      return {
        value: [rightEdge, height],
        label: {
          show: true,
          position: 'right' as const,
          distance: 8,
          formatter: () => `{sign|${sign}} ${shortened(id)}`,
          // Most colours of lines are too light to read a name in.
          color: INK,
          rich: { sign: { color, fontSize: 14, fontWeight: 'bold' as const } },
          fontSize: 14,
          fontWeight: 'bold' as const,
        },
      };
    }),
  };
}

/** Where the lines of throughput end: the mean at the most instances of each variant. */
export function endsOf({ variants, summaries }: ReportView, workload: string) {
  return variants.flatMap(({ id }) => {
    const mean = summaries.findLast(
      (summary) => summary.variant === id && summary.workload === workload && summary.throughputRps,
    )?.throughputRps?.mean;
    return mean === undefined ? [] : [{ id, height: mean }];
  });
}

/**
 * Moves rising heights apart by at least `gap`: upwards, and where that would leave the chart, down
 * again. So many names that they cannot fit share the whole height.
 */
export function apart(heights: readonly number[], gap: number, ceiling: number): number[] {
  const step = Math.min(gap, ceiling / Math.max(1, heights.length - 1));
  const up: number[] = [];
  for (const height of heights) up.push(Math.max(height, (up.at(-1) ?? -step) + step));
  let top = ceiling + step;
  return up
    .reverse()
    .map((height) => {
      top = Math.min(height, top - step);
      return top;
    })
    .reverse();
}
