import type { Credentials } from '../../load/credentials.js';
import type { LoadGenerator } from '../../load/generator.js';
import { loadOnce } from '../../load/load-once.js';
import { spreadOverInstances } from '../../load/spread.js';
import { LabError } from '../../model/errors.js';
import { usageOf } from '../../processes/process-usage.js';

/** What was counted in measured windows; those of one program add up. */
export interface WindowCost {
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
export async function measureProgram(options: MeasureOptions): Promise<WindowCost> {
  const { pid, origin, credentials, generator, warmUpSeconds, seconds } = options;
  const { reports, readings } = await loadOnce({
    generator,
    order: { workload: 'me', posts: { firstId: 1, lastId: 1 }, seed: 1, slices: 3 },
    connections: spreadOverInstances(credentials, [origin]),
    leadMs: warmUpSeconds * 1000,
    windowMs: seconds * 1000,
    read: () => cpuSecondsOf([pid, ...generator.pids]),
  });
  const { from, to } = readings;
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
