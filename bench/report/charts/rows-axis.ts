import type { EChartsOption } from 'echarts';
import type { Summary } from '../../analyse/summarise.js';
import type { Condition } from '../../model/condition.js';
import { INK } from './palette.js';
import { shortened } from './svg.js';

/** The vertical axis of charts with a row for each variant and number of instances. */
export function rowsAxis(rows: readonly Summary[]): EChartsOption['yAxis'] {
  return {
    type: 'category',
    data: rows.map(({ variant, instances, topology }) =>
      topology === 'target' ? shortened(variant) : `${shortened(variant)} × ${instances}`,
    ),
    axisLabel: { color: INK, fontSize: 13, interval: 0 },
    axisTick: { show: false },
    axisLine: { lineStyle: { color: INK } },
  };
}

/** In the text alternative of a chart: "session with 2". */
export function nameOfRow({ variant, instances, topology }: Omit<Condition, 'workload'>): string {
  return topology === 'target' ? variant : `${variant} with ${instances}`;
}
