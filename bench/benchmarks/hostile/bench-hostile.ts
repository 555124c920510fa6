/**
 * npm run bench:hostile: does an instance with a heap of 256 MB live through clients that pipeline
 * without end, and through clients that never read? And what do its other clients notice?
 */

import { Agent, request } from 'node:http';
import { decimal, oneOf, parseOptions } from '../../cli/parse-options.js';
import { type SeededStores, withSeededStores } from '../../fleet/seeded-stores.js';
import { logInAll } from '../../load/credentials.js';
import { usageOf } from '../../processes/process-usage.js';
import { ascending, quantile } from '../../statistics/quantile.js';
import { alignColumns } from '../auth/cost-table.js';
import { startProgram } from '../auth/program-process.js';
import { serviceProgram } from '../auth/tested-programs.js';
import { beginBenchmark, endWithCode } from '../begin-benchmark.js';
import { pipelined, startHostileClients } from './hostile-clients.js';

const HEAP_MB = 256;
/** 30 connections, each with 3,200 requests that need no login: 2.8 MB. */
const PIPELINING = { connections: 30, bytes: pipelined(3200, '/'), renewEveryMs: 1000 };
const PAUSE_MS = 5;

const say = (line: string) => process.stdout.write(`${line}\n`);
const signal = await beginBenchmark('bench:hostile');

await endWithCode(async () => {
  const { options } = parseOptions(process.argv.slice(2), {
    seconds: decimal(1, 600, 'Seconds of each kind of clients'),
    strategy: oneOf(['none', 'session', 'jwt'], 'Strategy of the instance'),
  });
  const { seconds = 60, strategy = 'session' } = options;
  await withSeededStores({ users: 1, posts: 200, signal, say }, (ready) =>
    measure(ready, strategy, seconds),
  );
});

async function measure(
  { guardian, seeded, serviceEnvironment }: SeededStores,
  strategy: string,
  seconds: number,
): Promise<void> {
  const shared = { ...serviceEnvironment, NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}` };
  const instance = await startProgram(serviceProgram(strategy), shared, guardian);
  try {
    const { origin, pid } = instance;
    const port = Number(new URL(origin).port);
    const [login] = await logInAll(origin, seeded.users, seeded.password, signal);
    const credential = login?.credential ?? {};
    const lines = Object.entries(credential).map(([name, value]) => `${name}: ${value}\r\n`);
    const kinds = [
      { name: 'no others', clients: undefined },
      { name: 'clients that pipeline', clients: PIPELINING },
      {
        name: 'readers that never read',
        clients: {
          connections: 100,
          bytes: pipelined(100, '/posts?limit=100', lines.join('')),
          renewEveryMs: seconds * 1000,
        },
      },
    ];
    const rows: string[][] = [];
    for (const { name, clients } of kinds) {
      say(`${name}, ${seconds} s`);
      const hostile = clients && startHostileClients({ port, ...clients });
      try {
        const { times, failures, memoryMax } = await askMeanwhile(origin, pid, credential, seconds);
        const sorted = ascending(times);
        rows.push([
          name,
          String(times.length),
          String(failures),
          ...[0.5, 0.99, 1].map((share) => quantile(sorted, share).toFixed(1)),
          (memoryMax / 1024 ** 2).toFixed(0),
          String(hostile?.closedByServer() ?? ''),
        ]);
      } finally {
        hostile?.stop();
      }
    }
    say('');
    const head = [
      'GET /me of a client beside',
      'answers',
      'failures',
      'p50 ms',
      'p99 ms',
      'most ms',
    ];
    for (const line of alignColumns([[...head, 'memory MB', 'closed'], ...rows])) say(line);
  } finally {
    await instance.stop();
  }
}

async function askMeanwhile(
  origin: string,
  pid: number,
  headers: Readonly<Record<string, string>>,
  seconds: number,
): Promise<{ times: number[]; failures: number; memoryMax: number }> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const times: number[] = [];
  let failures = 0;
  let memoryMax = 0;
  const until = performance.now() + seconds * 1000;
  while (performance.now() < until && !signal.aborted) {
    const startedAt = performance.now();
    const status = await statusOf(`${origin}/me`, agent, headers);
    times.push(performance.now() - startedAt);
    failures += status === 200 ? 0 : 1;
    if (times.length % 20 === 0) {
      memoryMax = Math.max(memoryMax, (await usageOf(pid))?.rssBytes ?? 0);
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  agent.destroy();
  return { times, failures, memoryMax };
}

function statusOf(
  url: string,
  agent: Agent,
  headers: Readonly<Record<string, string>>,
): Promise<number> {
  return new Promise((resolve) => {
    request(url, { agent, headers, timeout: 10_000 }, (answer) => {
      answer.resume().once('end', () => resolve(answer.statusCode as number));
    })
      .once('timeout', () => resolve(0))
      .once('error', () => resolve(0))
      .end();
  });
}
