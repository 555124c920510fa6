/**
 * A closed loop on one URL of a server of this machine, in several windows. Nothing here knows what
 * the server is.
 */

import { monotonicClock } from '../../load/clock.js';
import type { LoadGenerator } from '../../load/generator.js';
import { loadOnce } from '../../load/load-once.js';
import { openLoadProcesses } from '../../load/load-processes.js';
import type { ForeignReport } from '../../load/messages.js';
import type { Connection } from '../../load/workload.js';
import { machineShares, readMachineTimes } from '../../measure/machine-usage.js';
import { LabError, usageError } from '../../model/errors.js';
import { startGuardian } from '../../processes/guardian/guardian.js';
import { listeningProcesses } from '../../processes/ports/listening-processes.js';
import { usageOf } from '../../processes/process-usage.js';
import { describeLatency, mergeHistograms } from '../../statistics/latency-histogram.js';
import { countOf } from '../../text/count-of.js';
import { formatNumber } from '../../text/format.js';
import { askUrl, type UrlAnswer } from './ask-url.js';
import { judgeWindow } from './judge-window.js';
import type { UrlWindow } from './url-window.js';

export interface UrlLoad {
  url: URL;
  headers: Record<string, string>;
  connections: number;
  /** Of each window. */
  seconds: number;
  windows: number;
  signal: AbortSignal;
}

/**
 * Before the first window the server compiles its code. It does so by the number of calls, so on a busy
 * machine seconds alone would not do (docs/performance.md).
 */
const WARM_UP_REQUESTS = 10_000;
/** A server that is slow by itself is not waited for longer. */
const WARM_UP_SECONDS_MAX = 15;
/** A server that answered single requests and then none of many for so long will not answer. */
const SILENT_SECONDS_MAX = 5;
/** Enough to see whether throughput changes within a window. */
const SLICES = 3;
const NOTHING_ELSE: ForeignReport = {
  announcedCloses: 0,
  silentCloses: 0,
  interim: {},
  waitsMs: [],
};
/** Before each window: connections open. */
const OPENING_MS = 300;

/**
 * Ends within the windows, their warm-up and 30 s more, whatever the server does.
 *
 * @throws LabError WINDOW_TOO_SHORT, URL_FAILS, SHARD_FAILED, those of askUrl, or the reason of the signal
 */
export async function loadUrl(load: UrlLoad): Promise<UrlWindow[]> {
  const answer = await askUrl(load);
  assertLongEnough(load, answer);
  const guardian = await startGuardian();
  try {
    const workers = openLoadProcesses(1, guardian);
    const generator = await workers.closedLoop();
    const stop = () => generator.abort();
    load.signal.addEventListener('abort', stop, { once: true });
    try {
      await warmUp(generator, load, answer);
      const windows: UrlWindow[] = [];
      while (windows.length < load.windows) {
        load.signal.throwIfAborted();
        const window = await measure(generator, load, answer);
        load.signal.throwIfAborted();
        windows.push(window);
        if (window.requests === 0) break;
      }
      return windows;
    } finally {
      load.signal.removeEventListener('abort', stop);
      workers.stop();
    }
  } finally {
    await guardian.stop();
  }
}

/** @throws LabError WINDOW_TOO_SHORT, exit code 2 */
function assertLongEnough({ url, seconds }: UrlLoad, { latencyMs }: UrlAnswer): void {
  if (latencyMs <= seconds * 1000) return;
  throw usageError(
    'WINDOW_TOO_SHORT',
    `${url.href} takes ${formatNumber(latencyMs / 1000)} s for one answer, so a window of ${countOf(seconds, 'second')} says nothing. Take --seconds ${Math.ceil((latencyMs * 3) / 1000)} or more.`,
  );
}

/** @throws LabError URL_FAILS when not one of many requests at once is answered */
async function warmUp(generator: LoadGenerator, load: UrlLoad, answer: UrlAnswer): Promise<void> {
  let answers = 0;
  let silentSeconds = 0;
  let seconds = Math.ceil((2 * answer.latencyMs) / 1000);
  for (let spent = 0; spent < WARM_UP_SECONDS_MAX && answers < WARM_UP_REQUESTS; spent += seconds) {
    load.signal.throwIfAborted();
    // Each look has connections of its own, so a slow start needs a longer one.
    if (silentSeconds > 0) seconds *= 2;
    const window = await measure(generator, { ...load, seconds }, answer);
    load.signal.throwIfAborted();
    answers += window.requests;
    const served = Object.keys(window.statuses).some((status) => isExpected(status, answer));
    silentSeconds = served ? 0 : silentSeconds + seconds;
    const why = window.firstFailure ?? refusalIn(window);
    if (served || (why === null && silentSeconds < SILENT_SECONDS_MAX)) continue;
    throw new LabError(
      'URL_FAILS',
      `${load.url.href} answers a single request, but none of ${countOf(load.connections, 'connection')} in ${countOf(silentSeconds, 'second')} (${why ?? 'the server is silent'}). Take fewer --connections, or look at what the server itself says.`,
    );
  }
}

function isExpected(status: string, answer: UrlAnswer): boolean {
  return /^2/.test(status) || status === String(answer.status);
}

function refusalIn({ statuses }: UrlWindow): string | null {
  const [status] = Object.keys(statuses);
  return status === undefined ? null : `all were answered with status ${status}`;
}

async function measure(
  generator: LoadGenerator,
  { url, headers, connections, seconds, signal }: UrlLoad,
  answer: UrlAnswer,
): Promise<UrlWindow> {
  const nowMs = monotonicClock();
  const servers = listeningProcesses(Number(url.port || 80));
  const { reports, readings } = await loadOnce({
    generator,
    order: { workload: 'url', posts: { firstId: 0, lastId: 0 }, seed: 1, slices: SLICES },
    connections: Array.from({ length: connections }, () => connectionTo(url, headers)),
    leadMs: OPENING_MS,
    windowMs: seconds * 1000,
    read: async () => ({
      generator: await cpuSecondsOf(generator.pids),
      server: await cpuSecondsOf(servers),
      machine: readMachineTimes(),
      atMs: nowMs(),
    }),
    signal,
  });
  const { from, to } = readings;
  const [report] = reports;
  if (!report) throw new LabError('SHARD_FAILED', 'The load-generating process did not report.');
  const latency = describeLatency(
    mergeHistograms([report.histogram]),
    report.latencySumMs / report.requests,
  );
  const foreign = report.foreign ?? NOTHING_ELSE;
  const seen = {
    requests: report.requests,
    throughputRps: report.requests / seconds,
    latencyMs: latency,
    statuses: report.statuses,
    failures: report.errors,
    firstFailure: report.firstError,
    generatorCores: quotient((to.generator - from.generator) * 1000, to.atMs - from.atMs),
    serverCpuMicroseconds: quotient((to.server - from.server) * 1e6, report.requests),
    busyShare: machineShares([{ from: from.machine, to: to.machine }]).busyShare,
    answers: report.requestsSinceStart,
    announcedCloses: foreign.announcedCloses,
    silentCloses: foreign.silentCloses,
    interim: foreign.interim,
  };
  const unexpectedStatuses = Object.fromEntries(
    Object.entries(report.unexpectedStatuses).filter(([status]) => !isExpected(status, answer)),
  );
  return {
    ...seen,
    breaches: judgeWindow({
      ...seen,
      connections,
      seconds,
      unexpectedStatuses,
      waitsMs: foreign.waitsMs,
      slicesRps: report.requestsPerSlice.map((count) => count / (seconds / SLICES)),
    }),
  };
}

/** NaN when one of them cannot be seen, or there is none. */
async function cpuSecondsOf(pids: readonly number[]): Promise<number> {
  if (pids.length === 0) return Number.NaN;
  const uses = await Promise.all(pids.map(usageOf));
  return uses.reduce((sum, use) => sum + (use?.cpuSeconds ?? Number.NaN), 0);
}

function quotient(dividend: number, divisor: number): number | null {
  return Number.isFinite(dividend / divisor) ? dividend / divisor : null;
}

function connectionTo(url: URL, headers: Record<string, string>): Connection {
  return {
    origin: url.origin,
    path: url.pathname + url.search,
    instance: 0,
    credential: headers,
    user: { id: 0, email: '', name: '' },
    password: '',
  };
}
