import type { Fleet } from '../fleet/fleet.js';

/**
 * Puts load on a fleet, and cuts it short with `abort` when a process of the fleet is lost or the run
 * is cancelled, whichever comes first.
 *
 * @throws what was lost before, or the signal's reason
 */
export async function loadUntilCut<Outcome>(
  fleet: Pick<Fleet, 'lost' | 'onLost'>,
  signal: AbortSignal,
  put: () => Promise<Outcome>,
  abort: () => void,
): Promise<Outcome> {
  const lost = fleet.lost();
  if (lost !== null) throw new Error(lost);
  let over = false;
  const cut = () => {
    if (!over) abort();
    over = true;
  };
  fleet.onLost(cut);
  signal.addEventListener('abort', cut);
  try {
    return await put();
  } finally {
    over = true;
    signal.removeEventListener('abort', cut);
    signal.throwIfAborted();
  }
}
