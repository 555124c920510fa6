/** How the time of a trial is cut into turns, which alternate with those of the other variants of its block. */
import type { LoadMode, TurnLength } from '../load/load-mode.js';
import type { Workload } from '../load/workload.js';
import type { RunConfig } from '../model/result-schema.js';

export interface WindowPlan extends TurnLength {
  turns: number;
}

/** A process that is held works in bursts of a period; many of them must fit into a window. */
const HELD_WINDOW_MS = 1200;
const HELD_LEAD_MS = 300;
/** Of a window. */
const LEAD_SHARE = 0.25;
/** One more process on the same cores: a request takes about twice as long. */
const WEB_TIMES = 2;
/** Readings of a target cost it CPU time and travel: few of them, and long windows between. */
const TARGET_WINDOW_MS = 1000;
/** To a store and back, where the way is long: a window is many times a request. */
const TRIPS_OF_A_WINDOW = 40;
/** Measured in a turn: short against the machine's moods, long against what it takes to begin one. */
const TURN_MS = 300;

/**
 * Turns are short: what the machine does to one it then does to its neighbours too. An even number, since
 * the order of the variants is reversed from one to the next; one alone where the time is less than two windows of
 * processes that are held: the rounds have orders of their own.
 *
 * @param variants in the block: where nothing is compared, more turns would cost their time for nothing
 */
export function windowPlanOf(
  {
    seconds,
    windows: asked,
    cpuLimits,
    web,
    storeLatencyMs,
    targets,
  }: Pick<RunConfig, 'seconds' | 'windows' | 'cpuLimits' | 'web' | 'storeLatencyMs' | 'targets'>,
  { windowMs }: Pick<Workload, 'windowMs'>,
  { shortestWindowMs, cutsAlone }: Pick<LoadMode, 'shortestWindowMs' | 'cutsAlone'>,
  variants: number,
): WindowPlan {
  const wantedMs = Math.max(
    windowMs * (web ? WEB_TIMES : 1),
    cpuLimits ? HELD_WINDOW_MS : 0,
    2 * (storeLatencyMs ?? 0) * TRIPS_OF_A_WINDOW,
    targets ? TARGET_WINDOW_MS : 0,
    shortestWindowMs,
  );
  const fitting = (seconds * 1000) / Math.max(TURN_MS, wantedMs);
  const isOneWindow = cpuLimits !== undefined && fitting < 2;
  const even = isOneWindow ? 1 : Math.max(2, 2 * Math.round(fitting / 2));
  const turns = asked ?? (variants > 1 || cutsAlone ? even : 1);
  const turnMs = (seconds * 1000) / turns;
  // Each window of processes that are held begins with load for nobody's record: rather one that is long.
  const windows = Math.max(1, (cpuLimits ? Math.floor : Math.round)(turnMs / wantedMs));
  return {
    turns,
    windows,
    windowMs: turnMs / windows,
    leadMs: cpuLimits ? HELD_LEAD_MS : LEAD_SHARE * wantedMs,
  };
}
