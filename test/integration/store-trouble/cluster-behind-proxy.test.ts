import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { openStores, type Stores } from '../../../bench/stores/open.js';
import { parseRedisShape } from '../../../bench/stores/redis/shape.js';
import { ApiClient, type Credential, credentialOf } from '../../support/api-client.js';
import { eventually } from '../../support/eventually.js';
import { announcePorts, portOf } from '../../support/redis-gate.js';
import {
  type RunningService,
  runEntry,
  startService,
  type Variables,
} from '../../support/service.js';
import { createTestDatabase, type TestDatabase } from '../../support/stores.js';
import { createTcpGate, type TcpGate } from '../../support/tcp-gate.js';
import { workerStores } from '../../support/worker-stores.js';

const STORE_TIMEOUT_MS = 400;
/** What decision 104 promises, and time for the request itself on a busy machine. */
const ANSWER_WITHIN_MS = 500 + 250;
/** As ioredis's `maxRedirections` has it: the first time, and 16 times more. */
const SENT_AT_MOST = 17;
/** Some at every node; their passwords are most of what this costs. */
const USERS = 12;

describe('a Redis Cluster behind a proxy', () => {
  let stores: Stores;
  let database: TestDatabase;
  let nodes: Redis[] = [];
  let gates: TcpGate[] = [];
  let variables: Variables;
  let service: RunningService | undefined;

  before(async function () {
    this.timeout(60_000);
    const environment = { ...process.env, DATABASE_URL: workerStores().databaseUrl };
    database = await createTestDatabase();
    stores = await openStores({ environment, redis: parseRedisShape('cluster:3') });
    const urls = stores.sessionStore.members?.servers.map(({ url }) => url) ?? [];
    nodes = urls.map((url) => new Redis(url));
    gates = await Promise.all(urls.map(createTcpGate));
    variables = {
      AUTH_STRATEGY: 'session',
      DATABASE_URL: database.url,
      STORE_TIMEOUT_MS: String(STORE_TIMEOUT_MS),
      ...stores.sessionStore.settings,
    };
  });
  afterEach(async () => {
    await service?.stop();
    service = undefined;
    await announceThemselves();
  });
  after(async () => {
    for (const node of nodes) node.disconnect();
    await Promise.all(gates.map((gate) => gate.shut()));
    await stores?.stop();
    await database?.drop();
  });

  const announce = (gateOf: (node: number) => TcpGate) =>
    announcePorts(
      nodes,
      nodes.map((_, index) => portOf(gateOf(index))),
    );
  const announceThemselves = () =>
    announcePorts(
      nodes,
      nodes.map(() => 0),
    );

  const first = () => gates[0] as TcpGate;
  const throughGate = () => first().url.replace(/^redis:/, 'redis-cluster:');

  async function logInMany(api: ApiClient): Promise<Credential[]> {
    const accounts = await Promise.all(
      Array.from({ length: USERS }, (_, index) => api.register(`proxied${index}`)),
    );
    return Promise.all(
      accounts.map(async ({ email, password }) => credentialOf(await api.login(email, password))),
    );
  }

  async function ask(api: ApiClient, credentials: readonly Credential[]) {
    return Promise.all(
      credentials.map(async (credential) => {
        const askedAt = performance.now();
        const { status } = await api.call('GET', '/me', { credential });
        return { status, ms: performance.now() - askedAt };
      }),
    );
  }

  /** How often the nodes have said MOVED so far. */
  async function timesMoved(): Promise<number> {
    const counts = await Promise.all(
      nodes.map(async (node) =>
        Number(/^errorstat_MOVED:count=(\d+)/m.exec(await node.info('errorstats'))?.[1] ?? 0),
      ),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** A command whose request was answered already may go round once more. */
  async function untilNothingMoves(): Promise<number> {
    let last = await timesMoved();
    await eventually(async () => {
      const before = last;
      await delay(250);
      last = await timesMoved();
      return last === before;
    }, 'no node says MOVED');
    return last;
  }

  it('does not start where a proxy sends it in a circle, and says what to do', async function () {
    this.timeout(30_000);
    await announce(first);
    const before = await timesMoved();
    const startedAt = performance.now();
    const result = await runEntry('main', { ...variables, PORT: '0', REDIS_URL: throughGate() });
    expect(result.stderr).to.match(
      /^redis_redirects_in_circle: REDIS_URL: 3 masters of the cluster announce one address, 127\.0\.0\.1:\d+, [^\n]*cluster-announce-ip[^\n]*\n$/,
    );
    expect(result.code).to.equal(1);
    expect(performance.now() - startedAt).to.be.below(10_000);
    // One question for each place where users may be, and none of them followed.
    expect((await timesMoved()) - before).to.be.within(1, 64);
  });

  it('starts and works where each node has an address of its own at the proxy', async function () {
    this.timeout(60_000);
    await announce((node) => gates[node] as TcpGate);
    service = await startService({ ...variables, REDIS_URL: throughGate() });
    const api = new ApiClient(service.url);
    const credentials = await logInMany(api);
    const answers = await ask(api, credentials);
    expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set([200]));
  });

  it('answers 503 in time, with a bounded number of commands, when that begins later, and is well again after it', async function () {
    this.timeout(60_000);
    service = await startService({ ...variables, REDIS_URL: stores.redisUrl });
    const { pid } = service;
    const api = new ApiClient(service.url);
    const credentials = await logInMany(api);
    await announce(first);
    await eventually(
      async () => (await ask(api, credentials)).some(({ status }) => status === 503),
      'the instance has heard of the new addresses',
      10_000,
    );

    const before = await untilNothingMoves();
    const answers = [];
    for (let round = 0; round < 5; round++) answers.push(...(await ask(api, credentials)));
    const failed = answers.filter(({ status }) => status === 503);
    // Users whose slots are at the node behind the proxy notice nothing.
    expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set([200, 503]));
    expect(Math.max(...answers.map(({ ms }) => ms))).to.be.below(ANSWER_WITHIN_MS);
    const moved = (await untilNothingMoves()) - before;
    expect(moved).to.be.within(failed.length, failed.length * SENT_AT_MOST);

    // Nobody asks: nothing is sent in circles, and nothing is computed.
    const idleFrom = { moved: await timesMoved(), cpuMs: await cpuMsOf(pid) };
    await delay(2000);
    expect((await timesMoved()) - idleFrom.moved).to.equal(0);
    expect((await cpuMsOf(pid)) - idleFrom.cpuMs).to.be.below(600);

    await announceThemselves();
    await eventually(
      async () => (await ask(api, credentials)).every(({ status }) => status === 200),
      'every login is found again',
      10_000,
    );
  });
});

/** User and system time of a process (proc_pid_stat(5), fields 14 and 15, in ticks of 10 ms). */
async function cpuMsOf(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
