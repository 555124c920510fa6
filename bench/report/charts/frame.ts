/** The size of a picture of the first screen: three of them stand beside each other. */
import { GRID, INK } from './palette.js';

export const PICTURE = { width: 400, height: 270 };

export function valueAxis(name: string, gap: number) {
  return {
    type: 'value' as const,
    min: 0,
    name,
    nameLocation: 'middle' as const,
    nameGap: gap,
    nameTextStyle: { color: INK, fontSize: 13 },
    axisLabel: {
      color: INK,
      fontSize: 12,
      hideOverlap: true,
      formatter: (value: number) => value.toLocaleString('en'),
    },
    splitLine: { lineStyle: { color: GRID } },
    splitNumber: 4,
  };
}
