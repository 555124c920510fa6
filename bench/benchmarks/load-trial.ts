import { loadOnce } from '../load/load-once.js';
import { openLoadProcesses } from '../load/load-processes.js';
import { usageOf } from '../processes/process-usage.js';
import type { OneInstance } from './one-instance.js';

export interface LoadFigures {
  throughputRps: number;
  cpuMicrosecondsPerRequest: number;
}

/** One run of the lab's own load, and what it cost the load-generating processes. */
export async function runLoad(
  { connections, seeded, guardian }: OneInstance,
  { workload, loadWorkers, seconds }: { workload: string; loadWorkers: number; seconds: number },
): Promise<LoadFigures> {
  const load = openLoadProcesses(loadWorkers, guardian);
  try {
    const generator = await load.closedLoop();
    const { reports, readings } = await loadOnce({
      generator,
      order: { workload, posts: seeded.posts, seed: 1, slices: 10 },
      connections,
      leadMs: 1000,
      windowMs: seconds * 1000,
      read: () => cpuSecondsOf(generator.pids),
    });
    const requests = reports.reduce((sum, report) => sum + report.requests, 0);
    return {
      throughputRps: requests / seconds,
      cpuMicrosecondsPerRequest: ((readings.to - readings.from) * 1e6) / requests,
    };
  } finally {
    load.stop();
  }
}

async function cpuSecondsOf(pids: readonly number[]): Promise<number> {
  const uses = await Promise.all(pids.map(usageOf));
  return uses.reduce((sum, use) => sum + (use?.cpuSeconds ?? Number.NaN), 0);
}
