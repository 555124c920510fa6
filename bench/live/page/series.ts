/** Frames as the numbers of charts. Pure. */
import { OUTCOMES } from '../../model/outcomes.js';
import type { Frame } from '../show/show-model.js';

/** Steps of a chart at most: more are finer than a pixel. */
const MOST_STEPS = 300;

export interface LaneSeries {
  /** Seconds since the show began. */
  x: number[];
  /** Answers a second, each outcome on top of those before it, in the order in which they are stacked. */
  stacked: number[][];
  p50Ms: (number | null)[];
  p99Ms: (number | null)[];
}

/** From below; what is not right stands on top, where it is seen. */
export const STACK = OUTCOMES;

/** @param fromMs what is older is left out */
export function laneSeries(frames: readonly Frame[], lane: string, fromMs: number): LaneSeries {
  const shown = frames.filter(({ atMs, lanes }) => atMs >= fromMs && lanes[lane]);
  // Frames are a quarter of a second long, and a count of one of them jumps: a point is at least a whole second.
  const size = Math.max(2, Math.ceil(shown.length / MOST_STEPS));
  const series: LaneSeries = { x: [], stacked: STACK.map(() => []), p50Ms: [], p99Ms: [] };
  for (let end = shown.length; end > 0; end -= size) {
    const some = shown.slice(Math.max(0, end - size), end);
    if (some.length < size && series.x.length > 0) break;
    const last = some.at(-1) as Frame;
    const first = shown[end - size - 1];
    const seconds = first ? (last.atMs - first.atMs) / 1000 : some.length * 0.25;
    const parts = some.map(({ lanes }) => lanes[lane]);
    series.x.unshift(last.atMs / 1000);
    let height = 0;
    for (const [place] of STACK.entries()) {
      height += parts.reduce((sum, part) => sum + (part?.outcomes[place] ?? 0), 0) / seconds;
      series.stacked[place]?.unshift(height);
    }
    series.p50Ms.unshift(largest(parts.map((part) => part?.p50Ms ?? null)));
    series.p99Ms.unshift(largest(parts.map((part) => part?.p99Ms ?? null)));
  }
  return series;
}

function largest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length > 0 ? Math.max(...known) : null;
}

/** The sum over the newest second, a second. */
export function latest(
  frames: readonly Frame[],
  lane: string,
): { outcomes: number[]; seconds: number } {
  const some = frames.slice(-4);
  const before = frames.at(-5);
  const last = some.at(-1);
  const seconds = before && last ? (last.atMs - before.atMs) / 1000 : some.length * 0.25;
  return {
    seconds,
    outcomes: OUTCOMES.map((_, place) =>
      some.reduce((sum, { lanes }) => sum + (lanes[lane]?.outcomes[place] ?? 0), 0),
    ),
  };
}

/** A scale that does not jump with each frame, and leaves little of the chart empty. */
export function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  const step = [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((each) => each * power >= value) ?? 10;
  return step * power;
}
