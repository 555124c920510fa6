import { closedLoop } from './closed-loop/closed-loop.js';
import type { LoadMode } from './load-mode.js';
import type { OfferedLoad } from './open-loop/arrivals.js';
import { openLoop } from './open-loop/open-loop.js';

/** By a plan where a load is offered; else as fast as answers come. */
export function modeOf({ offered }: { offered?: OfferedLoad | undefined }): LoadMode {
  return offered ? openLoop(offered) : closedLoop;
}
