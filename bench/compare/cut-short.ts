import type { Fleet } from '../services/fleet.js';

/**
 * Calls `abort` when an instance is lost or the run is cancelled, whichever comes first.
 *
 * @returns forget: to be called when the load is over, so that nobody is told any more
 */
export function untilLostOrCancelled(fleet: Fleet, signal: AbortSignal, abort: () => void) {
  let over = false;
  const cut = () => {
    if (!over) abort();
    over = true;
  };
  fleet.onLost(cut);
  signal.addEventListener('abort', cut);
  return {
    forget() {
      over = true;
      signal.removeEventListener('abort', cut);
    },
  };
}
