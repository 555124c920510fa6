/** Two charts of a lane: answers by outcome, and latency. All lanes have the same axes. */
import uPlot from 'uplot';
import type { TimedMark } from './record.js';
import { type LaneSeries, STACK } from './series.js';
import { markInWords, OUTCOME_COLOURS } from './words.js';

export interface Scales {
  fromSeconds: number;
  toSeconds: number;
  mostAnswers: number;
  mostMs: number;
}

export interface LaneCharts {
  draw(series: LaneSeries, scales: Scales, marks: readonly TimedMark[]): void;
  resize(): void;
  destroy(): void;
}

const INK = '#1b1b1b';
/** Between two times of an axis. */
const STEPS_SECONDS = [5, 10, 20, 30, 60, 120, 300];
/** The width of "−60 s", and a space. */
const LABEL_EMS = 4;
const GRID = { stroke: '#d9d9d9', width: 1 };
const MARK_COLOURS = { fault: '#b8430a', undo: '#00735a', hand: '#3f5f9f', trouble: '#b8430a' };

export function laneCharts(ofAnswers: HTMLElement, ofLatency: HTMLElement): LaneCharts {
  let marks: readonly TimedMark[] = [];
  let scales: Scales = { fromSeconds: 0, toSeconds: 60, mostAnswers: 100, mostMs: 100 };
  const common = (
    height: number,
    named: boolean,
  ): Omit<uPlot.Options, 'series' | 'width' | 'axes'> => ({
    height,
    legend: { show: false },
    cursor: { show: false },
    hooks: { draw: [(plot) => drawMarks(plot, marks, named)] },
  });
  const axes = (format: (value: number) => string, more: uPlot.Axis = {}): uPlot.Axis[] => [
    {
      ...{ stroke: INK, grid: GRID, font: fontOf(), size: 40 },
      splits: (plot) => timesBack(scales, plot.bbox.width / devicePixelRatio),
      values: (_, splits) => splits.map((split) => ago(split, scales.toSeconds)),
    },
    {
      ...{ stroke: INK, grid: GRID, font: fontOf(), size: 70 },
      values: (_, splits) => splits.map((split) => (split === null ? '' : format(split))),
      ...more,
    },
  ];
  const range = (): [number, number] => [scales.fromSeconds, scales.toSeconds];
  const stepped = uPlot.paths.stepped?.({ align: -1 });
  // The highest of the stack first, so that those below are drawn over it.
  const places = STACK.map((_, place) => place).reverse();
  const answers = new uPlot(
    {
      ...common(heightOf(ofAnswers), true),
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
      ...common(heightOf(ofLatency), false),
      width: widthOf(ofLatency),
      axes: axes(String, { splits: () => POWERS.filter((power) => power <= scales.mostMs) }),
      scales: {
        x: { time: false, range },
        y: { distr: 3, log: 10, range: () => [0.1, scales.mostMs] },
      },
      series: [
        {},
        { stroke: INK, width: 1, points: { show: false }, spanGaps: false },
        { stroke: INK, width: 3.5, points: { show: false }, spanGaps: false },
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

const POWERS = [0.1, 1, 10, 100, 1000, 10_000];

/** Moments that stay where they are on the screen. */
/** As many as have room beside each other. */
function timesBack({ fromSeconds, toSeconds }: Scales, width: number): number[] {
  const length = toSeconds - fromSeconds;
  const room = LABEL_EMS * Number.parseFloat(fontOf());
  const step = STEPS_SECONDS.find((each) => (width * each) / length >= room) ?? length;
  const count = Math.floor(length / step);
  return Array.from({ length: count + 1 }, (_, place) => toSeconds - (count - place) * step);
}

/** @param named whether their names are written beside them, each in a line of its own where they would meet */
function drawMarks(plot: uPlot, marks: readonly TimedMark[], named: boolean): void {
  const { ctx, bbox } = plot;
  const right = bbox.left + bbox.width;
  const pixel = devicePixelRatio;
  const lines: number[] = [];
  ctx.save();
  ctx.lineWidth = 2 * pixel;
  ctx.font = fontOf(pixel);
  ctx.textBaseline = 'top';
  ctx.textAlign = 'left';
  const height = 1.3 * Number.parseFloat(ctx.font);
  for (const { atMs, mark } of marks) {
    const { kind } = mark;
    const x = plot.valToPos(atMs / 1000, 'x', true);
    if (x < bbox.left || x > right) continue;
    ctx.strokeStyle = MARK_COLOURS[kind];
    ctx.setLineDash(kind === 'fault' || kind === 'trouble' ? [] : [6 * pixel, 6 * pixel]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    if (!named) continue;
    const text = markInWords(mark);
    const short = text.length > 40 ? `${text.slice(0, 39)}…` : text;
    const { width } = ctx.measureText(short);
    // Near the right edge it stands on the other side of its line.
    const left = x + width + 6 * pixel > right ? x - width - 6 * pixel : x + 4 * pixel;
    const free = lines.findIndex((end) => end < left);
    const line = free < 0 ? lines.length : free;
    lines[line] = left + width + 6 * pixel;
    const top = bbox.top + 3 * pixel + line * height;
    ctx.fillStyle = '#ffffffd9';
    ctx.fillRect(left - 2 * pixel, top, width + 4 * pixel, height);
    ctx.fillStyle = INK;
    ctx.fillText(short, left, top + 1);
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
  return `${Math.round(size * 0.9 * scale)}px system-ui, sans-serif`;
}

function widthOf(element: HTMLElement): number {
  return Math.max(120, element.clientWidth);
}

function heightOf(element: HTMLElement): number {
  return Math.max(60, element.clientHeight);
}
