/** Fresh processes compile their code under a closed loop, at full speed and for nobody's record. */
import { setTimeout as delay } from 'node:timers/promises';
import type { LoadSession } from '../load/generator.js';
import { usageOf } from '../processes/process-usage.js';
import type { TrialContext } from './context.js';
import type { VariantRun } from './variant-run.js';

/** Of the seconds asked for, per instance: what is not warm by then is measured as it is. */
const MOST_WARM_UPS = 8;
const SHORTEST_SECONDS = 0.3;

const LOOK_EVERY_MS = 100;
/** Of a core, all of them together: timers and the like. */
const AT_REST_CORES = 0.1;
const PATIENCE_MS = 4000;

/** At least as long as asked for, and until all code is compiled: that takes requests, not seconds. */
export async function warmUp(
  runs: readonly VariantRun[],
  session: LoadSession,
  instances: number,
  { config: { warmUpSeconds: seconds }, signal }: TrialContext,
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
  await awaitRest(
    runs.flatMap((run) => run.pids()),
    signal,
  );
}

/**
 * Resolves when the processes do next to nothing, or after a while: V8 goes on compiling in the background, a
 * second and more where many processes are new, and a process that is held to a share of a core would pay for that
 * out of its share.
 *
 * @throws the signal's reason
 */
async function awaitRest(pids: readonly number[], signal: AbortSignal): Promise<void> {
  const giveUpMs = performance.now() + PATIENCE_MS;
  let before = await cpuSecondsOf(pids);
  while (performance.now() < giveUpMs) {
    const fromMs = performance.now();
    await delay(LOOK_EVERY_MS, undefined, { signal });
    const now = await cpuSecondsOf(pids);
    const cores = (now - before) / ((performance.now() - fromMs) / 1000);
    if (cores <= AT_REST_CORES) return;
    before = now;
  }
}

/** One that cannot be read has ended. */
async function cpuSecondsOf(pids: readonly number[]): Promise<number> {
  const usages = await Promise.all(pids.map((pid) => usageOf(pid)));
  return usages.reduce((sum, usage) => sum + (usage?.cpuSeconds ?? 0), 0);
}
