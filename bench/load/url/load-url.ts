/**
 * A closed loop on one URL of a server of this machine, in several windows. Nothing here knows what
 * the server is.
 */
import { LabError } from '../../errors.js';
import { monotonicClock } from '../../measure/clock.js';
import { describeLatency, mergeHistograms } from '../../measure/histogram.js';
import { machineShares, readMachineTimes } from '../../measure/machine-usage.js';
import { usageOf } from '../../measure/process-usage.js';
import { startGuardian } from '../../services/guardian.js';
import { listeningProcesses } from '../../services/listening-processes.js';
import { type LoadGenerator, startLoadGenerator } from '../generator.js';
import type { Connection } from '../workload.js';
import type { UrlWindow } from './describe-windows.js';

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
/** Before each window: connections open. */
const OPENING_MS = 300;

/** @throws LabError URL_UNREACHABLE, SHARD_FAILED, or the reason of the signal */
export async function loadUrl(load: UrlLoad): Promise<UrlWindow[]> {
  await askOnce(load);
  const guardian = await startGuardian();
  try {
    const generator = await startLoadGenerator(1, guardian);
    const stop = () => generator.abort();
    load.signal.addEventListener('abort', stop, { once: true });
    try {
      await warmUp(generator, load);
      const windows: UrlWindow[] = [];
      while (windows.length < load.windows) {
        load.signal.throwIfAborted();
        const window = await measure(generator, load);
        load.signal.throwIfAborted();
        windows.push(window);
      }
      return windows;
    } finally {
      load.signal.removeEventListener('abort', stop);
      generator.stop();
    }
  } finally {
    await guardian.stop();
  }
}

/** So that a server that is not there is named as such, and not measured as one that never answers. */
async function askOnce({ url, headers, signal }: UrlLoad): Promise<void> {
  try {
    const patience = AbortSignal.any([signal, AbortSignal.timeout(5000)]);
    const answer = await fetch(url, { headers, redirect: 'manual', signal: patience });
    await answer.arrayBuffer();
  } catch (error) {
    signal.throwIfAborted();
    const { cause } = error as { cause?: { code?: string; message?: string } };
    const why = cause?.code ?? cause?.message ?? String(error);
    throw new LabError(
      'URL_UNREACHABLE',
      `${url.href} gave no answer (${why}). Is the server started, and is that its port?`,
      { cause: error },
    );
  }
}

async function warmUp(generator: LoadGenerator, load: UrlLoad): Promise<void> {
  let answers = 0;
  for (let second = 0; second < WARM_UP_SECONDS_MAX && answers < WARM_UP_REQUESTS; second++) {
    load.signal.throwIfAborted();
    answers += (await measure(generator, { ...load, seconds: 1 })).requests;
  }
}

async function measure(
  generator: LoadGenerator,
  { url, headers, connections, seconds, signal }: UrlLoad,
): Promise<UrlWindow> {
  const nowMs = monotonicClock();
  const windowFromMs = nowMs() + OPENING_MS;
  const windowToMs = windowFromMs + seconds * 1000;
  const running = generator.run(
    {
      workload: 'url',
      posts: { firstId: 0, lastId: 0 },
      seed: 1,
      windowFromMs,
      windowToMs,
      slices: 1,
    },
    Array.from({ length: connections }, () => connectionTo(url, headers)),
  );
  const [pid = 0] = generator.pids;
  const servers = listeningProcesses(Number(url.port || 80));
  const read = async (atMs: number) => {
    await sleep(atMs - nowMs(), signal);
    return {
      generator: await cpuSecondsOf([pid]),
      server: await cpuSecondsOf(servers),
      machine: readMachineTimes(),
      atMs: nowMs(),
    };
  };
  const from = await read(windowFromMs);
  const to = await read(windowToMs);
  const [report] = await running;
  if (!report) throw new LabError('SHARD_FAILED', 'The load-generating process did not report.');
  const latency = describeLatency(
    mergeHistograms([report.histogram]),
    report.latencySumMs / report.requests,
  );
  return {
    requests: report.requests,
    throughputRps: report.requests / seconds,
    latencyMs: latency && { p50: latency.p50, p99: latency.p99 },
    statuses: report.statuses,
    failures: report.errors,
    firstFailure: report.firstError,
    generatorCores: quotient((to.generator - from.generator) * 1000, to.atMs - from.atMs),
    serverCpuMicroseconds: quotient((to.server - from.server) * 1e6, report.requests),
    busyShare: machineShares([{ from: from.machine, to: to.machine }]).busyShare,
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

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, Math.max(0, ms));
    function done() {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    if (signal.aborted) done();
    else signal.addEventListener('abort', done, { once: true });
  });
}
