/**
 * After a warm-up V8 goes on compiling in the background, a second and more where many processes are new. A
 * process that is then held to a share of a core would pay for that out of its share, and a request would seem
 * to cost twice as much for several seconds (docs/decisions/012).
 */
import { setTimeout as delay } from 'node:timers/promises';
import { usageOf } from '../processes/process-usage.js';

const LOOK_EVERY_MS = 100;
/** Of a core, all of them together: timers and the like. */
const AT_REST_CORES = 0.1;
const PATIENCE_MS = 4000;

/** Resolves when the processes do next to nothing, or after a while. @throws the signal's reason */
export async function awaitRest(pids: readonly number[], signal: AbortSignal): Promise<void> {
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
