/** Fresh processes compile their code under a closed loop, at full speed and for nobody's record. */

import { monotonicClock } from '../../load/clock.js';
import { workloadNamed } from '../../load/workloads/registry.js';
import type { TrialContext } from '../../trial/context.js';
import type { Bench } from './attempt.js';

const PIECE_SECONDS = 0.5;
/** On a machine so slow, what is not warm by then is measured as it is. */
const MOST_PIECES = 20;

/** Until the instances have answered so many requests that their cost no longer falls (docs/decisions/007). */
export async function warmUp(
  { planned, connected }: Bench,
  { closedLoop, seeded, config, signal }: TrialContext,
): Promise<void> {
  const generator = await closedLoop();
  const abort = () => generator.abort();
  signal.addEventListener('abort', abort, { once: true });
  const session = await generator.open(
    { workload: planned.workload, posts: seeded.posts, seed: config.seed },
    [connected.connections],
  );
  try {
    const wanted = workloadNamed(planned.workload).warmUpRequests * planned.instances;
    let answered = 0;
    for (let piece = 0; piece < MOST_PIECES && answered < wanted; piece++) {
      signal.throwIfAborted();
      const fromMs = monotonicClock()();
      const toMs = fromMs + PIECE_SECONDS * 1000;
      const window = { fromMs, toMs, untilMs: toMs, slices: 1, measured: false };
      answered += await session.load(0, window);
    }
  } finally {
    signal.removeEventListener('abort', abort);
    await session.close();
  }
}
