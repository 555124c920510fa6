/** Two charts of a lane: answers by outcome, and latency. All lanes have the same axes. */
import uPlot from 'uplot';
import type { Mark } from './record.js';
import { type LaneSeries, STACK } from './series.js';
import { OUTCOME_COLOURS } from './words.js';

export interface Scales {
  fromSeconds: number;
  toSeconds: number;
  mostAnswers: number;
  mostMs: number;
}

export interface LaneCharts {
  draw(series: LaneSeries, scales: Scales, marks: readonly Mark[]): void;
  resize(): void;
  destroy(): void;
}

const INK = '#1b1b1b';
const GRID = { stroke: '#d9d9d9', width: 1 };
const MARK_COLOURS = { fault: '#b8430a', undo: '#00735a', hand: '#3f5f9f', trouble: '#b8430a' };

export function laneCharts(ofAnswers: HTMLElement, ofLatency: HTMLElement): LaneCharts {
  let marks: readonly Mark[] = [];
  let scales: Scales = { fromSeconds: 0, toSeconds: 60, mostAnswers: 100, mostMs: 100 };
  const common = (height: number): Omit<uPlot.Options, 'series' | 'width' | 'axes'> => ({
    height,
    legend: { show: false },
    cursor: { show: false },
    hooks: { draw: [(plot) => drawMarks(plot, marks)] },
  });
  const axes = (format: (value: number) => string): uPlot.Axis[] => [
    {
      ...{ stroke: INK, grid: GRID, font: fontOf(), size: 34 },
      values: (_, splits) => splits.map((split) => ago(split, scales.toSeconds)),
    },
    {
      ...{ stroke: INK, grid: GRID, font: fontOf(), size: 64 },
      values: (_, splits) => splits.map((split) => (split === null ? '' : format(split))),
    },
  ];
  const range = (): [number, number] => [scales.fromSeconds, scales.toSeconds];
  const stepped = uPlot.paths.stepped?.({ align: -1 });
  // The highest of the stack first, so that those below are drawn over it.
  const places = STACK.map((_, place) => place).reverse();
  const answers = new uPlot(
    {
      ...common(heightOf(ofAnswers)),
      width: widthOf(ofAnswers),
      axes: axes((value) => String(value)),
      scales: { x: { time: false, range }, y: { range: () => [0, scales.mostAnswers] } },
      series: [
        {},
        ...places.map((place): uPlot.Series => {
          const outcome = STACK[place] as (typeof STACK)[number];
          return {
            ...{ fill: OUTCOME_COLOURS[outcome], width: 0, points: { show: false } },
            ...(stepped && { paths: stepped }),
          };
        }),
      ],
    },
    [[], ...places.map(() => [])],
    ofAnswers,
  );
  const latency = new uPlot(
    {
      ...common(heightOf(ofLatency)),
      width: widthOf(ofLatency),
      axes: axes((value) => (value >= 1 ? String(value) : value.toFixed(1))),
      scales: {
        x: { time: false, range },
        y: { distr: 3, log: 10, range: () => [0.1, scales.mostMs] },
      },
      series: [
        {},
        { stroke: '#0072b2', width: 2, points: { show: false }, spanGaps: false },
        { stroke: '#8a2f6b', width: 3, points: { show: false }, spanGaps: false },
      ],
    },
    [[], [], []],
    ofLatency,
  );
  return {
    draw(series, wanted, shown) {
      scales = wanted;
      marks = shown;
      answers.setData([series.x, ...places.map((place) => series.stacked[place] ?? [])]);
      const atLeast = (values: (number | null)[]) =>
        values.map((value) => (value === null ? null : Math.max(0.1, value)));
      latency.setData([series.x, atLeast(series.p50Ms), atLeast(series.p99Ms)]);
    },
    resize() {
      answers.setSize({ width: widthOf(ofAnswers), height: heightOf(ofAnswers) });
      latency.setSize({ width: widthOf(ofLatency), height: heightOf(ofLatency) });
    },
    destroy() {
      answers.destroy();
      latency.destroy();
    },
  };
}

function drawMarks(plot: uPlot, marks: readonly Mark[]): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.lineWidth = 2 * devicePixelRatio;
  ctx.font = fontOf(devicePixelRatio);
  ctx.textBaseline = 'top';
  for (const { atMs, text, kind } of marks) {
    const x = plot.valToPos(atMs / 1000, 'x', true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.strokeStyle = MARK_COLOURS[kind];
    ctx.setLineDash(kind === 'fault' || kind === 'trouble' ? [] : [6, 6]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.save();
    ctx.translate(x + 4 * devicePixelRatio, bbox.top + 4 * devicePixelRatio);
    ctx.fillStyle = INK;
    const short = text.length > 34 ? `${text.slice(0, 33)}…` : text;
    const { width } = ctx.measureText(short);
    // Near the right edge it stands on the other side of its line.
    const isNearEdge = x + width > bbox.left + bbox.width;
    ctx.fillStyle = '#ffffffd9';
    const left = isNearEdge ? -width - 10 * devicePixelRatio : 0;
    ctx.fillRect(left - 2, -1, width + 4, 15 * devicePixelRatio);
    ctx.fillStyle = INK;
    ctx.fillText(short, left, 0);
    ctx.restore();
  }
  ctx.restore();
}

function ago(seconds: number | null, now: number): string {
  if (seconds === null) return '';
  const back = Math.round(now - seconds);
  return back <= 0 ? '0' : back < 120 ? `−${back} s` : `−${Math.round(back / 60)} min`;
}

function fontOf(scale = 1): string {
  const size = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
  return `${Math.round(size * 0.75 * scale)}px system-ui, sans-serif`;
}

function widthOf(element: HTMLElement): number {
  return Math.max(120, element.clientWidth);
}

function heightOf(element: HTMLElement): number {
  return Math.max(60, element.clientHeight);
}
