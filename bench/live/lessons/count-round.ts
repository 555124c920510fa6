/** What the frames of a round say of each lane, and whether that is what the lesson said. Pure. */
import type { OutcomeCounts } from '../../model/drill-schema.js';
import { OUTCOMES } from '../../model/outcomes.js';
import { median } from '../../statistics/quantile.js';
import type { Frame, LaneCounts, LaneFrame } from '../show/show-model.js';
import type { LessonExpectation } from './lesson-schema.js';

export function countRound(frames: readonly Frame[], frameMs: number): LaneCounts[] {
  const lanes = Object.keys(frames.at(-1)?.lanes ?? {});
  return lanes.map((lane): LaneCounts => {
    const seen = frames.flatMap((frame) => frame.lanes[lane] ?? []);
    const counts = Object.fromEntries(
      OUTCOMES.map((outcome, place) => [
        outcome,
        seen.reduce((sum, { outcomes }) => sum + (outcomes[place] ?? 0), 0),
      ]),
    ) as OutcomeCounts;
    const medianOf = (values: (number | null)[]) => {
      const known = values.filter((value) => value !== null);
      return known.length > 0 ? median(known) : null;
    };
    const seconds = (seen.length * frameMs) / 1000;
    const answers = Object.values(counts).reduce((sum, count) => sum + count, 0);
    const cores = seen.map(({ instances, companions }) =>
      [...instances, ...companions].reduce((sum, each) => sum + (each.cores ?? 0), 0),
    );
    const cpuSeconds = cores.reduce((sum, each) => sum + (each * frameMs) / 1000, 0);
    return {
      ...{ lane, counts, seconds },
      p50Ms: medianOf(seen.map(({ p50Ms }) => p50Ms)),
      p99Ms: medianOf(seen.map(({ p99Ms }) => p99Ms)),
      microsecondsPerAnswer: answers > 0 ? (cpuSeconds * 1e6) / answers : null,
      bytesPerAnswer:
        answers > 0 ? seen.reduce((sum, { bytes }) => sum + bytes, 0) / answers : null,
      full: mostOf(seen.map(({ full }) => full)),
      unreliableShare:
        seen.length > 0 ? seen.filter((each) => each.isUnreliable).length / seen.length : 0,
    };
  });
}

/** Limits are given in pieces, so what is full is not seen to be so in every frame. */
const FULL_SHARE_OF_FRAMES = 1 / 3;

function mostOf(values: readonly LaneFrame['full'][]): LaneFrame['full'] {
  const countOf = (wanted: LaneFrame['full']) => values.filter((each) => each === wanted).length;
  const found = [...new Set(values)]
    .filter((value) => value !== null)
    .sort((first, second) => countOf(second) - countOf(first))[0];
  const isSeen = found !== undefined && countOf(found) >= FULL_SHARE_OF_FRAMES * values.length;
  return isSeen ? found : null;
}

/** What is called less must be so by a fifth: less of it is noise. */
const LESS = 0.8;

/** @returns null where the lesson says nothing */
export function isAsTold(
  counted: readonly LaneCounts[],
  expected: readonly LessonExpectation[],
): boolean | null {
  if (expected.length === 0) return null;
  return expected.every(({ lane, figure, atLeast, atMost, lessThan }) => {
    const value = figureOf(counted, lane, figure);
    if (value === null) return false;
    const other = lessThan === undefined ? null : figureOf(counted, lessThan, figure);
    return (
      (atLeast === undefined || value >= atLeast) &&
      (atMost === undefined || value <= atMost) &&
      (lessThan === undefined || (other !== null && value < LESS * other))
    );
  });
}

function figureOf(
  counted: readonly LaneCounts[],
  lane: string,
  figure: LessonExpectation['figure'],
): number | null {
  const found = counted.find((each) => each.lane === lane);
  if (!found) return null;
  switch (figure) {
    case 'p99':
      return found.p99Ms;
    case 'microseconds':
      return found.microsecondsPerAnswer;
    case 'bytes':
      return found.bytesPerAnswer;
    case 'failed':
      return found.counts.unavailable + found.counts.unexpected;
    default:
      return found.counts[figure];
  }
}
