import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { SeededStores } from '../../fleet/seeded-stores.js';
import { ascending, quantile } from '../../statistics/quantile.js';
import { alignColumns } from '../auth/cost-table.js';
import type { ProgramProcess } from '../auth/program-process.js';
import { withInstances } from './instances.js';

const BACKLOGS = [128, 511, 1024, 4096];
/** A major collection of garbage, or a neighbour on the same core. */
const STILL_MS = 300;
const GIVE_UP_MS = 10_000;
/** Linux tries again 1 s, 3 s, 7 s later where a queue was full. */
const LONG_MS = 1000;

const HEAD = [
  'LISTEN_BACKLOG',
  'connections',
  'failed',
  'waited over 1 s',
  'overflows',
  'p50 ms',
  'p99 ms',
  'most ms',
];

interface Burst {
  /** Milliseconds from the wish to connect to the first byte of the answer; of those that had one. */
  readonly times: number[];
  readonly failures: number;
  readonly overflows: number;
}

/**
 * An instance stands still for a moment while many connect, and wakes up.
 * @returns lines of a table: how long they waited, by the length of its queue of new connections
 */
export async function compareBacklogs(
  ready: SeededStores,
  { connections, rounds }: { connections: number; rounds: number },
  signal: AbortSignal,
): Promise<string[]> {
  const settings = BACKLOGS.map((backlog) => ({ LISTEN_BACKLOG: String(backlog) }));
  return withInstances(ready, settings, async (instances) => {
    const bursts = BACKLOGS.map((): Burst[] => []);
    for (let round = 0; round <= rounds; round++) {
      for (const [index, instance] of instances.entries()) {
        signal.throwIfAborted();
        const burst = await measureBurst(instance, connections);
        // The first of each compiles the code.
        if (round > 0) bursts[index]?.push(burst);
      }
    }
    return alignColumns([HEAD, ...bursts.map(describeBursts)]);
  });
}

function describeBursts(bursts: readonly Burst[], index: number): string[] {
  const times = ascending(bursts.flatMap((burst) => burst.times));
  const sum = (of: (burst: Burst) => number) => bursts.reduce((total, one) => total + of(one), 0);
  return [
    String(BACKLOGS[index]),
    String(sum((one) => one.times.length + one.failures)),
    String(sum((one) => one.failures)),
    String(times.filter((time) => time > LONG_MS).length),
    String(sum((one) => one.overflows)),
    ...[0.5, 0.99, 1].map((share) => (times.length > 0 ? quantile(times, share).toFixed(0) : '-')),
  ];
}

async function measureBurst({ pid, origin }: ProgramProcess, count: number): Promise<Burst> {
  const port = Number(new URL(origin).port);
  const before = await listenOverflows();
  process.kill(pid, 'SIGSTOP');
  let waits: Promise<number | null>[];
  try {
    waits = Array.from({ length: count }, () => askOnce(port));
    await delay(STILL_MS);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  const times = await Promise.all(waits);
  return {
    times: times.filter((time) => time !== null),
    failures: times.filter((time) => time === null).length,
    overflows: (await listenOverflows()) - before,
  };
}

/** @returns milliseconds, or null without an answer */
function askOnce(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const startedAt = performance.now();
    const socket = connect({ host: '127.0.0.1', port });
    const end = (time: number | null) => {
      socket.destroy();
      resolve(time);
    };
    socket.once('data', () => end(performance.now() - startedAt));
    socket.once('error', () => end(null));
    socket.setTimeout(GIVE_UP_MS, () => end(null));
    socket.write('GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n');
  });
}

/** Of this network namespace, from its start; 0 where the system does not tell (proc_net(5)). */
async function listenOverflows(): Promise<number> {
  const text = await readFile('/proc/net/netstat', 'utf8').catch(() => '');
  const [names = '', values = ''] = text.split('\n').filter((line) => line.startsWith('TcpExt:'));
  return Number(values.split(' ')[names.split(' ').indexOf('ListenOverflows')] ?? 0);
}
