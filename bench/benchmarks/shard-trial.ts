import { monotonicClock } from '../load/clock.js';
import { startLoadGenerator } from '../load/generator.js';
import { usageOf } from '../processes/process-usage.js';
import type { OneInstance } from './one-instance.js';

export interface LoadFigures {
  throughputRps: number;
  cpuMicrosecondsPerRequest: number;
}

/** One run of the lab's own load, and what it cost the load-generating processes. */
export async function runShards(
  { connections, seeded, guardian }: OneInstance,
  { workload, shards, seconds }: { workload: string; shards: number; seconds: number },
): Promise<LoadFigures> {
  const nowMs = monotonicClock();
  const generator = await startLoadGenerator(shards, guardian);
  try {
    const windowFromMs = nowMs() + 1000;
    const windowToMs = windowFromMs + seconds * 1000;
    const running = generator.run(
      { workload, posts: seeded.posts, seed: 1, windowFromMs, windowToMs, slices: 10 },
      connections,
    );
    const cpuSeconds = async () => {
      const uses = await Promise.all(generator.pids.map(usageOf));
      return uses.reduce((sum, use) => sum + (use?.cpuSeconds ?? Number.NaN), 0);
    };
    await sleepUntil(windowFromMs, nowMs);
    const before = await cpuSeconds();
    await sleepUntil(windowToMs, nowMs);
    const after = await cpuSeconds();
    const reports = await running;
    const requests = reports.reduce((sum, report) => sum + report.requests, 0);
    return {
      throughputRps: requests / seconds,
      cpuMicrosecondsPerRequest: ((after - before) * 1e6) / requests,
    };
  } finally {
    generator.stop();
  }
}

export function sleepUntil(atMs: number, nowMs: () => number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, atMs - nowMs())));
}
