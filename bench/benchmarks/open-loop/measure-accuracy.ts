/** What the open-loop sender records of a server with known delays, beside what the server knows. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Histogram } from 'hdr-histogram-js';
import { closedLoop } from '../../load/closed-loop/closed-loop.js';
import type { LoadMode } from '../../load/load-mode.js';
import { loadOnce } from '../../load/load-once.js';
import { openLoadProcesses } from '../../load/load-processes.js';
import type { Arrivals } from '../../load/open-loop/arrivals.js';
import { openLoop } from '../../load/open-loop/open-loop.js';
import type { Connection } from '../../load/workload.js';
import type { Guardian } from '../../processes/guardian/guardian.js';
import { usageOf } from '../../processes/process-usage.js';
import { createLatencyHistogram, mergeHistograms } from '../../statistics/latency-histogram.js';
import type { FromDelayServer } from './delay-server.js';
import { type KnownDelay, quantileOfStops } from './delays.js';

const SHARES = [0.5, 0.99, 0.999] as const;

export interface AccuracyCase {
  delay: KnownDelay;
  arrivals: Arrivals;
  rateRps: number;
  warmUpSeconds: number;
  /** Of the window; a multiple of the period where the server stops. */
  seconds: number;
  /** At most so many requests are under way at once. */
  users: number;
  seed: number;
}

export interface Accuracy {
  /** Milliseconds at SHARES. */
  truth: number[];
  recorded: number[];
  lateness: number[];
  planned: number;
  lateShare: number;
  inFlightAtEnd: number;
  senderCores: number;
  cpuMicrosecondsPerRequest: number;
}

export async function measureAccuracy(wanted: AccuracyCase, guardian: Guardian): Promise<Accuracy> {
  const { arrivals, rateRps, delay, seconds } = wanted;
  const mode = openLoop({ arrivals, rateRps });
  const { reports, truthMs, cpuSeconds } = await runAgainst(wanted, mode, guardian);
  const [report] = reports;
  const kept = report?.openLoop;
  if (!report || !kept) throw new Error('the sender reported nothing');
  return {
    truth: delay.stops ? stopsAtShares(delay.stops) : atShares(histogramOf(truthMs)),
    recorded: atShares(mergeHistograms([report.histogram])),
    lateness: atShares(mergeHistograms([kept.lateness])),
    planned: kept.planned,
    lateShare: kept.late / kept.planned,
    inFlightAtEnd: kept.inFlightAtEnd,
    senderCores: cpuSeconds / seconds,
    cpuMicrosecondsPerRequest: (cpuSeconds * 1e6) / kept.planned,
  };
}

/** The same server under the closed loop of the lab: what a recorder sees that waits with the server. */
export async function measureClosedLoop(
  wanted: AccuracyCase,
  guardian: Guardian,
): Promise<number[]> {
  const { reports } = await runAgainst(wanted, closedLoop, guardian);
  return atShares(mergeHistograms(reports.map(({ histogram }) => histogram)));
}

async function runAgainst(wanted: AccuracyCase, mode: LoadMode, guardian: Guardian) {
  const { delay, seed, users, warmUpSeconds, seconds } = wanted;
  const load = openLoadProcesses(1, guardian);
  const entry = fileURLToPath(new URL('./delay-server.js', import.meta.url));
  const server = fork(entry, [delay.name, String(seed)]);
  if (server.pid !== undefined) guardian.watchProcess(server.pid);
  try {
    const { port } = await messageOf(server, 'listening');
    const generator = await mode.generator(load);
    const { reports, readings, fromMs, toMs } = await loadOnce({
      generator,
      order: { workload: 'me', posts: { firstId: 1, lastId: 1 }, seed, slices: 12 },
      connections: connectionsTo(`http://127.0.0.1:${port}`, users),
      leadMs: warmUpSeconds * 1000,
      windowMs: seconds * 1000,
      read: async () => (await usageOf(generator.pids[0] ?? 0))?.cpuSeconds ?? 0,
    });
    server.send('truth');
    const { receivedMs, tookMs } = await messageOf(server, 'truth');
    const inWindow = (atMs: number | undefined) =>
      atMs !== undefined && atMs >= fromMs && atMs < toMs;
    return {
      reports,
      truthMs: tookMs.filter((_, index) => inWindow(receivedMs[index])),
      cpuSeconds: readings.to - readings.from,
    };
  } finally {
    load.stop();
    server.kill('SIGKILL');
    await once(server, 'exit');
    if (server.pid !== undefined) guardian.forgetProcess(server.pid);
  }
}

function connectionsTo(origin: string, users: number): Connection[] {
  return Array.from({ length: users }, (_, index) => ({
    origin,
    instance: 0,
    credential: {},
    user: { id: index + 1, email: '', name: '' },
    password: '',
  }));
}

function messageOf<Type extends FromDelayServer['type']>(
  server: ChildProcess,
  type: Type,
): Promise<Extract<FromDelayServer, { type: Type }>> {
  return new Promise((resolve, reject) => {
    server.once('message', (message: FromDelayServer) => {
      if (message.type === type) resolve(message as Extract<FromDelayServer, { type: Type }>);
      else reject(new Error(`the server said ${message.type}, not ${type}`));
    });
    server.once('exit', (code) => reject(new Error(`the server ended with code ${code}`)));
  });
}

function stopsAtShares(stops: NonNullable<KnownDelay['stops']>): number[] {
  return SHARES.map((share) => quantileOfStops(stops, share));
}

/** Of the same kind as that of the sender: in a thin tail, definitions of a percentile differ by much. */
function histogramOf(durationsMs: readonly number[]): Histogram {
  const histogram = createLatencyHistogram();
  for (const durationMs of durationsMs) histogram.recordValue(Math.round(durationMs * 1000));
  return histogram;
}

function atShares(histogram: Histogram): number[] {
  return SHARES.map((share) => histogram.getValueAtPercentile(share * 100) / 1000);
}
