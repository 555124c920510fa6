import type { ScatterSeriesOption } from 'echarts';
import type { ReportView } from '../view.js';
import { markOf } from './palette.js';
import { shortened } from './svg.js';

/** Pixels between two names. */
const LABEL_GAP = 19;

/**
 * Names at the right edge, beside the last mean of each strategy and moved apart where they would
 * overlap, so that no key is needed.
 */
export function nameLabels(
  { arms, summaries }: ReportView,
  workload: string,
  ceiling: number,
  rightEdge: number,
  plotHeight: number,
): ScatterSeriesOption {
  const gap = (LABEL_GAP * ceiling) / plotHeight;
  const wanted = arms
    .flatMap(({ name }) => {
      const mean = summaries.findLast(
        (cell) => cell.strategy === name && cell.workload === workload && cell.throughputRps,
      )?.throughputRps?.mean;
      return mean === undefined ? [] : [{ name, height: mean }];
    })
    .sort((a, b) => a.height - b.height);
  let free = 0;
  const placed = wanted.map(({ name, height }) => {
    const at = Math.max(height, free);
    free = at + gap;
    return { name, height: at };
  });
  return {
    type: 'scatter',
    silent: true,
    clip: false,
    symbolSize: 0.01,
    itemStyle: { opacity: 1 },
    data: placed.map(({ name, height }) => {
      const { color, sign } = markOf(arms, name);
      return {
        value: [rightEdge, height],
        label: {
          show: true,
          position: 'right' as const,
          distance: 8,
          formatter: () => `${sign} ${shortened(name)}`,
          color,
          fontSize: 14,
          fontWeight: 'bold' as const,
        },
      };
    }),
  };
}
