/**
 * How load begins at one moment in all that send it. Workers of this machine are told and begin; those of other
 * machines are told before, begin by their own clocks, and these are known to some milliseconds only.
 */
import type { LoadWindow } from './messages.js';

export interface Alignment {
  /** What an order may take until everyone has it. */
  headStartMs: number;
  /** How far the clocks of two workers may differ. Load goes on for so long around each window. */
  slackMs: number;
}

export const ON_THIS_MACHINE: Alignment = { headStartMs: 0, slackMs: 0 };

/** The next window of a load. @param leadMs load before it, in which the loop finds its pace */
export function nextWindow(
  nowMs: number,
  { headStartMs, slackMs }: Alignment,
  { leadMs, windowMs }: { leadMs: number; windowMs: number },
): Required<Pick<LoadWindow, 'startMs' | 'fromMs' | 'toMs' | 'untilMs'>> {
  const startMs = nowMs + headStartMs;
  const fromMs = startMs + leadMs + slackMs;
  const toMs = fromMs + windowMs;
  return { startMs, fromMs, toMs, untilMs: toMs + slackMs };
}
