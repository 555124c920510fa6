/**
 * npm run bench:replica: what a replica of PostgreSQL does for an instance whose primary has no time left, and how
 * often somebody does not find in a list what they have just written.
 */

import { setTimeout as delay } from 'node:timers/promises';
import { decimal, integer, parseOptions } from '../cli/parse-options.js';
import { type SeededStores, withSeededStores } from '../fleet/seeded-stores.js';
import { type Credentials, logInAll } from '../load/credentials.js';
import type { LoadGenerator } from '../load/generator.js';
import { loadOnce } from '../load/load-once.js';
import { openLoadProcesses } from '../load/load-processes.js';
import { spreadOverInstances } from '../load/spread.js';
import { LabError } from '../model/errors.js';
import { findCpuLimiter } from '../processes/cpu-limits/cpu-limiter.js';
import { usageOfFamily } from '../processes/process-usage.js';
import { ascending, quantile } from '../statistics/quantile.js';
import { meanWithInterval, ratioWithInterval } from '../statistics/statistics.js';
import type { StoreReplication } from '../stores/store.js';
import { alignColumns, describe } from './auth/cost-table.js';
import { type ProgramProcess, startProgram } from './auth/program-process.js';
import { serviceProgram } from './auth/tested-programs.js';
import { beginBenchmark, endWithCode } from './begin-benchmark.js';

const CONNECTIONS = 16;
const POSTS = 5000;
const LEAD_MS = 500;
const SHAPE = { kind: 'primary', replicas: 1 } as const;
const WAYS = ['primary alone', 'lists from the replica'] as const;
const ASK_EVERY_MS = 1;
const APPEARS_WITHIN_MS = 10_000;

/** Of one way in one round. */
interface Window {
  readonly perSecond: number;
  /** CPU time of a server in microseconds, for each request to the service. */
  readonly primary: number;
  readonly replica: number;
}

const say = (line: string) => process.stdout.write(`${line}\n`);
const signal = await beginBenchmark('bench:replica');

await endWithCode(async () => {
  const { options } = parseOptions(process.argv.slice(2), {
    rounds: integer(1, 100, 'Each has both ways, in turn'),
    seconds: decimal(0.5, 60, 'Measured, of each way in each round'),
    cores: decimal(0.02, 4, 'What each PostgreSQL is held to'),
    writes: integer(1, 10_000, 'Posts that are looked for in a list right after'),
  });
  const { rounds = 10, seconds = 3, cores = 0.2, writes = 500 } = options;
  const stores = { users: CONNECTIONS, posts: POSTS, postgres: SHAPE, signal, say };
  await withSeededStores(stores, async (ready) => {
    const replication = ready.stores.database.replication as StoreReplication;
    const members = [replication.primary(), ...replication.replicas()];
    const found = await findCpuLimiter({ guardian: ready.guardian });
    if (found.limiter === null) {
      throw new LabError('CPU_LIMIT_FAILED', `No limits: ${found.why}. ${found.advice}`);
    }
    const load = openLoadProcesses(1, ready.guardian);
    const instances: ProgramProcess[] = [];
    try {
      for (const way of WAYS) instances.push(await startWay(way, ready, replication));
      const [first] = instances as [ProgramProcess];
      const { users, password } = ready.seeded;
      const credentials = await logInAll(first.origin, users, password, signal);
      const groups = members.map(({ hands }, index) =>
        (found.limiter as NonNullable<typeof found.limiter>).hold(`postgres-${index}`, hands.pid()),
      );
      const generator = await load.closedLoop();
      const measure = (index: number, windowSeconds: number) =>
        measureWay(instances[index] as ProgramProcess, {
          ...{ credentials, generator, seconds: windowSeconds },
          ...{ ready, pids: members.map(({ hands }) => hands.pid()) },
        });
      for (const index of WAYS.keys()) await measure(index, 3);
      for (const group of groups) group.setCores(cores);
      const windows = WAYS.map((): Window[] => []);
      for (let round = 1; round <= rounds; round++) {
        const order = round % 2 === 0 ? [1, 0] : [0, 1];
        for (const index of order) windows[index]?.push(await measure(index, seconds));
        say(`round ${round} of ${rounds}`);
      }
      for (const line of ['', ...describeWindows(windows, cores)]) say(line);
      for (const group of groups) group.setCores(null);
      const own = credentials[0]?.credential ?? {};
      const waits = await lookForOwn((instances[1] as ProgramProcess).origin, own, writes);
      for (const line of ['', ...describeWaits(waits)]) say(line);
    } finally {
      load.stop();
      for (const instance of instances) await instance.stop();
      found.limiter.close();
    }
  });
});

function startWay(
  way: (typeof WAYS)[number],
  { serviceEnvironment, guardian }: SeededStores,
  replication: StoreReplication,
): Promise<ProgramProcess> {
  const [replica] = replication.replicas();
  return startProgram(
    serviceProgram('none'),
    {
      ...serviceEnvironment,
      // A server that is held to a share answers late, and that is what is measured.
      STORE_TIMEOUT_MS: '5000',
      ...(way !== 'primary alone' && replica && { DATABASE_REPLICA_URL: replica.url }),
    },
    guardian,
  );
}

interface Measuring {
  readonly credentials: Credentials;
  readonly generator: LoadGenerator;
  readonly seconds: number;
  readonly ready: SeededStores;
  /** Of the primary and the replica. */
  readonly pids: readonly number[];
}

/** @throws LabError BENCHMARK_INVALID when an answer was another than expected */
async function measureWay(
  { origin }: ProgramProcess,
  { credentials, generator, seconds, ready, pids }: Measuring,
): Promise<Window> {
  const { reports, readings } = await loadOnce({
    generator,
    order: { workload: 'crud', posts: ready.seeded.posts, seed: 1, slices: 3 },
    connections: spreadOverInstances(credentials, [origin]),
    leadMs: LEAD_MS,
    windowMs: seconds * 1000,
    read: async () => pids.map((pid) => usageOfFamily(pid)?.cpuSeconds ?? Number.NaN),
    signal,
  });
  const wrong = reports.find(
    ({ errors, unexpectedStatuses }) => errors > 0 || Object.keys(unexpectedStatuses).length > 0,
  );
  const requests = reports.reduce((sum, report) => sum + report.requests, 0);
  if (wrong || requests === 0) {
    throw new LabError(
      'BENCHMARK_INVALID',
      `crud: ${requests} answers, ${wrong?.errors ?? 0} errors (${wrong?.firstError}), unexpected ${JSON.stringify(wrong?.unexpectedStatuses ?? {})}.`,
    );
  }
  const [primary = Number.NaN, replica = Number.NaN] = readings.to.map(
    (to, index) => ((to - (readings.from[index] as number)) * 1e6) / requests,
  );
  return { perSecond: requests / seconds, primary, replica };
}

function describeWindows(windows: readonly Window[][], cores: number): string[] {
  const of = (index: number, key: keyof Window) => (windows[index] ?? []).map((each) => each[key]);
  const [alone, shared] = [of(0, 'perSecond'), of(1, 'perSecond')];
  const ratio = ratioWithInterval(shared.map((value, index) => value / (alone[index] as number)));
  return [
    `crud, ${CONNECTIONS} connections to one instance, each PostgreSQL held to ${cores} of a core:`,
    ...alignColumns([
      ['', 'requests a second', 'CPU us a request: primary', 'replica'],
      ...WAYS.map((way, index) => [
        way,
        ...(['perSecond', 'primary', 'replica'] as const).map((key) =>
          describe(meanWithInterval(of(index, key)), 0),
        ),
      ]),
    ]),
    `With the replica ${describe(ratio, 2)} times as many requests a second.`,
  ];
}

/** @returns of each post, milliseconds from the answer to its POST until a list had it; 0: the first list */
async function lookForOwn(
  origin: string,
  credential: Record<string, string>,
  writes: number,
): Promise<number[]> {
  const ask = (method: string, path: string, body?: object) =>
    fetch(`${origin}${path}`, {
      method,
      headers: { ...credential, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
      signal,
    });
  const waits: number[] = [];
  for (let write = 0; write < writes; write++) {
    const made = await ask('POST', '/posts', { title: 'Mine', body: 'Is it there?' });
    const fromMs = performance.now();
    const { id } = (await made.json()) as { id: number };
    for (let look = 0; ; look++) {
      const page = (await (await ask('GET', '/posts?limit=5')).json()) as {
        items: { id: number }[];
      };
      if (page.items.some((post) => post.id === id)) {
        waits.push(look === 0 ? 0 : performance.now() - fromMs);
        break;
      }
      if (performance.now() - fromMs > APPEARS_WITHIN_MS) {
        throw new LabError('BENCHMARK_INVALID', 'The replica does not follow its primary.');
      }
      await delay(ASK_EVERY_MS);
    }
    await ask('DELETE', `/posts/${id}`);
  }
  return waits;
}

function describeWaits(waits: readonly number[]): string[] {
  const late = ascending(waits.filter((wait) => wait > 0));
  const first = `Of ${waits.length} posts ${late.length} were not in the list that their writer asked for right after.`;
  if (late.length === 0) return [first];
  const [half, most] = [0.5, 1].map((share) => quantile(late, share).toFixed(1));
  return [
    first,
    `They were there ${half} ms after the answer to the POST (median), ${most} at most.`,
  ];
}
