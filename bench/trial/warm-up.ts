/** Fresh processes compile their code under a closed loop, at full speed and for nobody's record. */
import type { LoadSession } from '../load/generator.js';
import type { TrialContext } from './context.js';
import type { VariantRun } from './variant-run.js';

/** Of the seconds asked for, per instance: what is not warm by then is measured as it is. */
const MOST_WARM_UPS = 8;
const SHORTEST_SECONDS = 0.3;

/** At least as long as asked for, and until all code is compiled: that takes requests, not seconds. */
export async function warmUp(
  runs: readonly VariantRun[],
  session: LoadSession,
  instances: number,
  { config: { warmUpSeconds: seconds } }: TrialContext,
): Promise<void> {
  const load = async (length: number, chosen: (run: VariantRun) => boolean) => {
    for (const [variant, run] of runs.entries()) {
      if (chosen(run)) await run.attempt(() => run.warmUp(session, variant, length));
    }
  };
  const isCold = (run: VariantRun) => !run.isWarm();
  // Where the same processes have served this workload already, their code is compiled.
  await load(seconds, (run) => run.isNew());
  const piece = Math.max(SHORTEST_SECONDS, seconds / 2);
  const most = seconds * MOST_WARM_UPS * instances;
  for (let spent = seconds; spent < most && runs.some(isCold); spent += piece) {
    await load(piece, isCold);
  }
}
