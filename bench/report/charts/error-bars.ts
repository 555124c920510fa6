import type { CustomSeriesOption } from 'echarts';

/** Upright bars from the low to the high end of each interval, with a cap at both. */
export function errorBars(
  color: string,
  bars: readonly { x: number; interval: readonly [number, number] }[],
): CustomSeriesOption {
  return {
    type: 'custom',
    silent: true,
    clip: true,
    z: 3,
    data: bars.map(({ x, interval: [low, high] }) => [x, Math.max(0, low), high]),
    encode: { x: 0, y: [1, 2] },
    renderItem: (_params, api) => {
      const [x = 0, low = 0] = api.coord([api.value(0), api.value(1)]);
      const [, high = 0] = api.coord([api.value(0), api.value(2)]);
      const line = (x1: number, y1: number, x2: number, y2: number) => ({
        type: 'line' as const,
        shape: { x1, y1, x2, y2 },
        style: { stroke: color, lineWidth: 2 },
      });
      return {
        type: 'group',
        children: [
          line(x, low, x, high),
          line(x - 7, low, x + 7, low),
          line(x - 7, high, x + 7, high),
        ],
      };
    },
  };
}
