import { setTimeout as delay } from 'node:timers/promises';
import { monotonicClock } from '../../load/clock.js';
import type { Credentials } from '../../load/credentials.js';
import type { LoadGenerator } from '../../load/generator.js';
import { spreadOverInstances } from '../../load/spread.js';
import { LabError } from '../../model/errors.js';
import { usageOf } from '../../processes/process-usage.js';

/** What was counted in measured windows; those of one arm add up. */
export interface ArmCost {
  requests: number;
  seconds: number;
  /** CPU time of the application process, all its threads. */
  cpuSeconds: number;
  /** When it nears `seconds`, the load generator and not the server is the limit. */
  loadGeneratorCpuSeconds: number;
}

export interface MeasureOptions {
  pid: number;
  origin: string;
  credentials: Credentials;
  generator: LoadGenerator;
  warmUpSeconds: number;
  seconds: number;
}

/**
 * A closed loop of GET /me over one connection for each credential.
 *
 * @throws LabError BENCHMARK_INVALID when an answer was not 200 or a request failed
 */
export async function measureArm(options: MeasureOptions): Promise<ArmCost> {
  const { pid, origin, credentials, generator, warmUpSeconds, seconds } = options;
  const nowMs = monotonicClock();
  const windowFromMs = nowMs() + warmUpSeconds * 1000;
  const windowToMs = windowFromMs + seconds * 1000;
  const reporting = generator.run(
    {
      workload: 'me',
      posts: { firstId: 1, lastId: 1 },
      seed: 1,
      windowFromMs,
      windowToMs,
      slices: 3,
    },
    spreadOverInstances(credentials, [origin]),
  );
  reporting.catch(() => {});
  await delay(windowFromMs - nowMs());
  const from = await cpuSecondsOf([pid, ...generator.pids]);
  await delay(windowToMs - nowMs());
  const to = await cpuSecondsOf([pid, ...generator.pids]);
  const reports = await reporting;
  const requests = reports.reduce((sum, report) => sum + report.requests, 0);
  const wrong = reports.find(
    (report) => report.errors > 0 || Object.keys(report.unexpectedStatuses).length > 0,
  );
  if (wrong || requests === 0) {
    throw new LabError(
      'BENCHMARK_INVALID',
      `GET /me: ${requests} answers, ${wrong?.errors ?? 0} errors (${wrong?.firstError}), unexpected ${JSON.stringify(wrong?.unexpectedStatuses ?? {})}.`,
    );
  }
  const [application = Number.NaN, ...clients] = to.map((value, i) => value - (from[i] as number));
  return {
    requests,
    seconds,
    cpuSeconds: application,
    loadGeneratorCpuSeconds: Math.max(...clients),
  };
}

function cpuSecondsOf(pids: readonly number[]): Promise<number[]> {
  return Promise.all(pids.map(async (pid) => (await usageOf(pid))?.cpuSeconds ?? Number.NaN));
}
