/**
 * Whether limits are held here, found out by trying: a kernel, or what stands in for one in a sandbox,
 * may take a limit and let processes run on.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { LabError } from '../../model/errors.js';
import type { Guardian } from '../guardian/guardian.js';
import { usageOf } from '../process-usage.js';
import { HOW_TO, type NoCpuControl } from './cpu-control.js';
import { type CpuLimiter, type FoundLimiter, findCpuLimiter } from './cpu-limiter.js';

/** A busy process that is held to the share for that long. */
const TRIED_CORES = 0.1;
const TRIED_MS = 400;
/** Of what the share allows; a process that is not held uses ten times as much. */
const MOST_TIMES = 3;

/** One that is known to hold processes. Close what it finds. */
export async function findProvenLimiter(
  shares: readonly number[],
  options: { guardian: Guardian },
): Promise<FoundLimiter> {
  const found = await findCpuLimiter(options);
  if (found.limiter === null) return found;
  const missing = await proveLimiter(found.limiter, shares, options.guardian);
  if (missing === null) return found;
  found.limiter.close();
  return { limiter: null, ...missing };
}

/**
 * @param shares in cores, each of which must be taken
 * @returns null when a busy process is held; it takes about half a second
 */
export async function proveLimiter(
  limiter: CpuLimiter,
  shares: readonly number[],
  guardian: Guardian,
): Promise<NoCpuControl | null> {
  const most = Math.max(...shares);
  if (most > limiter.mostCores) {
    return {
      why: `the control group that the lab itself is in has ${limiter.mostCores} of a core, and ${most} were asked for`,
      advice: `Ask for less, or run the lab without a limit of its own. ${HOW_TO}`,
    };
  }
  const busy = spawn(process.execPath, ['--eval', 'for (;;);'], {
    stdio: 'ignore',
    env: { ...process.env, ...guardian.environment },
  });
  await once(busy, 'spawn');
  const pid = busy.pid as number;
  guardian.watchProcess(pid);
  const ended = once(busy, 'exit');
  try {
    const group = limiter.hold('proof', pid);
    for (const cores of [...shares, TRIED_CORES]) group.setCores(cores);
    const before = await cpuSecondsOf(pid);
    const startedMs = performance.now();
    await delay(TRIED_MS);
    const used = (await cpuSecondsOf(pid)) - before;
    const allowed = (TRIED_CORES * (performance.now() - startedMs)) / 1000;
    group.release();
    if (used <= MOST_TIMES * allowed) return null;
    return {
      why: `${limiter.description} take a limit, but a process that is held to ${TRIED_CORES} of a core uses ${((used / allowed) * TRIED_CORES).toFixed(2)}`,
      advice: HOW_TO,
    };
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    return { why: error.message.replace(/\.$/, ''), advice: HOW_TO };
  } finally {
    busy.kill('SIGKILL');
    await ended;
    guardian.forgetProcess(pid);
  }
}

async function cpuSecondsOf(pid: number): Promise<number> {
  return (await usageOf(pid))?.cpuSeconds ?? Number.NaN;
}
