/** How a trial is cut into windows, in turn with the other strategies of its block. */
import type { Workload } from '../load/workload.js';
import type { RunConfig } from '../model/result-schema.js';

export interface Cadence {
  windows: number;
  windowMs: number;
  /** Load before each window, in which the loop finds its pace again. */
  leadMs: number;
}

/** A process that is held works in bursts of a period; many of them must fit into a window. */
const HELD_WINDOW_MS = 1500;
const HELD_LEAD_MS = 300;
/** Of a window. */
const LEAD_SHARE = 0.25;
/** One more process on the same cores: a request takes about twice as long. */
const WEB_TIMES = 2;
/** A plan that is kept for less says little of how a queue grows. */
const OPEN_LOOP_WINDOW_MS = 1000;

/**
 * As short as the workload allows: what the machine does to one window it then does to its neighbours
 * too. An even number, since the order of a turn is reversed in the next.
 *
 * @param sides strategies in the block: where nothing is compared, turns would cost their time for nothing
 */
export function cadenceOf(
  {
    seconds,
    windows: asked,
    cpuLimits,
    offered,
    web,
  }: Pick<RunConfig, 'seconds' | 'windows' | 'cpuLimits' | 'offered' | 'web'>,
  { windowMs }: Pick<Workload, 'windowMs'>,
  sides: number,
): Cadence {
  const wantedMs = Math.max(
    windowMs * (web ? WEB_TIMES : 1),
    cpuLimits ? HELD_WINDOW_MS : 0,
    offered ? OPEN_LOOP_WINDOW_MS : 0,
  );
  const fitting = Math.max(2, 2 * Math.round((seconds * 1000) / wantedMs / 2));
  const windows = asked ?? (sides > 1 || !offered ? fitting : 1);
  return {
    windows,
    windowMs: (seconds * 1000) / windows,
    leadMs: cpuLimits ? HELD_LEAD_MS : LEAD_SHARE * wantedMs,
  };
}
