import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Fleet, startFleet } from '../../../bench/fleet/fleet.js';
import { type SeededData, seedDatabase } from '../../../bench/fleet/service-commands.js';
import {
  BALANCES,
  type Balance,
  nginxConfiguration,
} from '../../../bench/fleet/web-tier/nginx-configuration.js';
import type { WebTierPlan } from '../../../bench/fleet/web-tier/plan.js';
import { checkConfiguration, startWebTier } from '../../../bench/fleet/web-tier/web-tier.js';
import { logInAll } from '../../../bench/load/credentials.js';
import { workloadNamed } from '../../../bench/load/workloads/registry.js';
import { type Guardian, startGuardian } from '../../../bench/processes/guardian/guardian.js';
import { isRunning, readStartTime } from '../../../bench/processes/process-identity.js';
import { readInstances } from '../../../bench/trial/instance-requests.js';
import { connectThroughWeb } from '../../../bench/trial/web-connections.js';
import { eventually } from '../../support/eventually.js';
import { planForTests } from '../../support/nginx.js';
import { createTestDatabase, type TestDatabase } from '../../support/stores.js';

describe('a web tier before real instances', function () {
  // The first run on a machine fetches the package.
  this.timeout(60_000);
  let database: TestDatabase;
  let guardian: Guardian;
  let seeded: SeededData;
  let plan: WebTierPlan;
  let fleet: Fleet | undefined;
  const { signal } = new AbortController();

  before(async () => {
    plan = await planForTests('round-robin');
    database = await createTestDatabase();
    guardian = await startGuardian();
    seeded = await seedDatabase(database.url, { users: 8, posts: 1 }, guardian);
  });
  after(async () => {
    await guardian?.stop();
    await database?.drop();
  });
  afterEach(async () => {
    await fleet?.stop();
    fleet = undefined;
  });

  async function start(
    balance: Balance,
    { strategy = 'none', instances = 2, watchedBy = guardian } = {},
  ): Promise<{ running: Fleet; origin: string }> {
    const environment = {
      DATABASE_URL: database.url,
      TOKEN_SECRET: randomBytes(32).toString('base64url'),
      LOG_LEVEL: 'silent',
    };
    const web = { ...plan, balance };
    const running = await startFleet({
      strategy,
      instances,
      environment,
      web,
      guardian: watchedBy,
    });
    fleet = running;
    return { running, origin: running.web?.origin as string };
  }

  /** How many of the requests each instance answered. */
  async function countWhile(running: Fleet, ask: () => Promise<unknown>): Promise<number[]> {
    const before = await countsOf(running);
    await ask();
    return (await countsOf(running)).map((count, index) => count - (before[index] as number));
  }

  async function countsOf(running: Fleet): Promise<number[]> {
    const readings = await readInstances(running);
    return readings.map((reading) => reading?.requests.completed ?? Number.NaN);
  }

  /** Without a credential: 401, an answer that counts like any other. */
  async function askInTurn(origin: string, times: number, headers = {}): Promise<number[]> {
    const statuses: number[] = [];
    for (let time = 0; time < times; time++) {
      const answer = await fetch(`${origin}/me`, { headers });
      await answer.arrayBuffer();
      statuses.push(answer.status);
    }
    return statuses;
  }

  for (const balance of BALANCES) {
    it(`has a configuration that nginx itself accepts, with 1 and 64 instances (${balance})`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'nginx-test-'));
      try {
        for (const instances of [1, 64]) {
          const upstreams = Array.from({ length: instances }, (_, i) => `127.0.0.1:${40_001 + i}`);
          const file = join(folder, 'nginx.conf');
          const text = nginxConfiguration({ ...plan, balance, port: 40_000, upstreams, folder });
          writeFileSync(file, text);
          const asMyself = { ...plan.program, user: null };
          expect(await checkConfiguration(asMyself, file, folder)).to.equal(null);
          writeFileSync(file, text.replace('access_log off', 'access_logs off'));
          expect(await checkConfiguration(asMyself, file, folder)).to.match(/access_logs/);
        }
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }

  it('opens few connections to an instance, and uses each again and again', async () => {
    let opened = 0;
    const seen = new Set<string>();
    const instance = createServer((request, response) => {
      seen.add(request.httpVersion);
      response.end();
    });
    instance.on('connection', () => opened++).listen(0, '127.0.0.1');
    await once(instance, 'listening');
    const { port } = instance.address() as AddressInfo;
    const web = await startWebTier(plan, [`http://127.0.0.1:${port}`], guardian);
    try {
      // More than the 1000 after which nginx closes a connection unless told otherwise.
      const four = Array.from({ length: 4 }, () => askInTurn(web.origin, 600));
      const statuses = (await Promise.all(four)).flat();
      expect(new Set(statuses)).to.deep.equal(new Set([200]));
      expect([...seen]).to.deep.equal(['1.1']);
      // Four clients at once, and the look whether it is ready.
      expect(opened).to.be.at.most(5);
    } finally {
      await web.stop();
      instance.close();
    }
  });

  it('sends requests to the instances in turn', async () => {
    const { running, origin } = await start('round-robin', { instances: 3 });
    const counts = await countWhile(running, () => askInTurn(origin, 12));
    expect(counts).to.deep.equal([4, 4, 4]);
  });

  it('sends a request to the instance that has the least to do', async function () {
    if (process.platform === 'win32') this.skip();
    const { running, origin } = await start('least-connections');
    const pid = running.instances[0]?.pid as number;
    process.kill(pid, 'SIGSTOP');
    try {
      // One of two waits at the frozen instance; while it does, all others go elsewhere.
      const two = [askInTurn(origin, 1), askInTurn(origin, 1)];
      expect(await Promise.race(two)).to.deep.equal([401]);
      expect(await askInTurn(origin, 6)).to.deep.equal(Array(6).fill(401));
      process.kill(pid, 'SIGCONT');
      await Promise.all(two);
      expect(await countsOf(running)).to.deep.equal([1, 7]);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  });

  it('keeps whoever sends the route back at one instance, and only those', async () => {
    const { running, origin } = await start('sticky');
    const first = await fetch(`${origin}/livez`);
    const [cookie = ''] = first.headers.getSetCookie();
    expect(cookie).to.match(/^route=[12]; Path=\/; HttpOnly; SameSite=Lax$/);
    const [route = ''] = cookie.split(';');

    const followed = await fetch(`${origin}/livez`, { headers: { Cookie: route } });
    expect(followed.headers.getSetCookie()).to.deep.equal([]);
    const stuck = await countWhile(running, () => askInTurn(origin, 8, { Cookie: route }));
    expect([...stuck].sort()).to.deep.equal([0, 8]);
    const others = await countWhile(running, () => askInTurn(origin, 8));
    expect(others).to.deep.equal([4, 4]);
    // Not one of its own: no route, and nothing of it comes back.
    const forged = await fetch(`${origin}/livez`, { headers: { Cookie: 'route=3%0d%0aX: y' } });
    expect(forged.headers.getSetCookie().join()).to.match(/^route=[12];/);
  });

  it('follows a client whose instance is gone to another one', async () => {
    const { running, origin } = await start('sticky');
    process.kill(running.instances[0]?.pid as number, 'SIGKILL');
    await eventually(async () => running.lost() !== null, 'the instance is gone');
    const answer = await fetch(`${origin}/livez`, { headers: { Cookie: 'route=1' } });
    expect(answer.status).to.equal(200);
    expect(answer.headers.getSetCookie().join()).to.match(/^route=2;/);
  });

  it('breaks sessions in memory in turn, and keeps them with stickiness (S3)', async () => {
    const users = seeded.users.slice(0, 4);
    const statusesBehind = async (balance: Balance): Promise<number[]> => {
      const { origin } = await start(balance, { strategy: 'session-memory' });
      const known = await logInAll(origin, users, seeded.password);
      const statuses: number[] = [];
      for (const { credential } of known)
        statuses.push(...(await askInTurn(origin, 4, credential)));
      await fleet?.stop();
      return statuses;
    };
    const inTurn = await statusesBehind('round-robin');
    expect(inTurn.filter((status) => status === 401)).to.have.lengthOf(8);
    expect(inTurn.filter((status) => status === 200)).to.have.lengthOf(8);
    expect(new Set(await statusesBehind('sticky'))).to.deep.equal(new Set([200]));
  });

  for (const strategy of ['session-memory', 'jwt']) {
    it(`gives each connection of a trial its route beside its credential (${strategy})`, async () => {
      const { running, origin } = await start('sticky', { strategy });
      const origins = running.instances.map((each) => each.origin);
      const before = await logInAll(origins[0] as string, seeded.users, seeded.password);
      const { connections, probes } = await connectThroughWeb(
        {
          strategy: { stateIn: strategy === 'jwt' ? 'credential' : 'instance' },
          workload: workloadNamed('me'),
          config: { users: 8, connections: 6 },
          seeded,
          credentials: before,
          origins,
          signal,
        },
        { origin, balance: 'sticky' },
      );
      expect(connections.map((each) => [each.origin, each.instance, each.user.id])).to.deep.equal(
        seeded.users.slice(0, 6).map(({ id }) => [origin, 0, id]),
      );
      for (const { credential, user } of connections) {
        expect(credential.Cookie).to.match(/(^|; )route=[12]$/);
        for (let time = 0; time < 3; time++) {
          const answer = await fetch(`${origin}/me`, { headers: credential });
          expect(await answer.json()).to.include({ id: user.id });
        }
      }
      expect(probes.map((probe) => probe.origin)).to.deep.equal(origins);
      for (const probe of probes) {
        const answer = await fetch(`${probe.origin}/me`, { headers: probe.credential });
        expect(await answer.json()).to.include({ id: seeded.users[0]?.id });
      }
    });
  }

  it('is believed by its instances, whose cookies a browser sends back over plain HTTP', async () => {
    const { running, origin } = await start('round-robin', { strategy: 'session-memory' });
    const login = await fetch(`${origin}/auth/login`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ email: seeded.users[0]?.email, password: seeded.password }),
    });
    expect(login.headers.getSetCookie().join())
      .to.match(/^session=/)
      .and.not.match(/secure/i);
    if (process.platform !== 'linux') return;
    const pid = running.instances[0]?.pid;
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    expect(environment).to.include('TRUST_PROXY=on');
  });

  it('is lost with its fleet, workers and all, when it is killed', async function () {
    if (process.platform !== 'linux') this.skip();
    const { running } = await start('round-robin');
    const pid = running.web?.pid as number;
    const workers = childrenOf(pid).map((child) => [child, readStartTime(child)] as const);
    expect(workers).to.have.lengthOf(plan.workers);
    const heard = new Promise<string>((resolve) => running.onLost(resolve));
    process.kill(pid, 'SIGKILL');
    expect(await heard).to.equal('nginx ended with SIGKILL');
    for (const [worker, startTime] of workers) {
      await eventually(async () => !isRunning(worker, startTime), 'a worker ended');
    }
  });

  it('leaves no process and no folder when the fleet stops, and counts that as no loss', async function () {
    if (process.platform !== 'linux') this.skip();
    const { running } = await start('sticky');
    const pids = [running.web?.pid as number, ...childrenOf(running.web?.pid as number)];
    const started = pids.map((pid) => [pid, readStartTime(pid)] as const);
    const folder = folderOf(running.web?.pid as number);
    expect(readdirSync(folder)).to.include('nginx.pid');
    await running.stop();
    for (const [pid, startTime] of started) expect(isRunning(pid, startTime)).to.equal(false);
    expect(() => readdirSync(folder)).to.throw(/ENOENT/);
    expect(running.lost()).to.equal(null);
  });

  it('ends with the lab, however that ends', async function () {
    if (process.platform !== 'linux') this.skip();
    const watchedBy = await startGuardian();
    const { running } = await start('round-robin', { watchedBy });
    const pid = running.web?.pid as number;
    const folder = folderOf(pid);
    const started = [pid, ...childrenOf(pid)].map((each) => [each, readStartTime(each)] as const);
    // What the guardian does when the pipe from the lab closes.
    await watchedBy.stop();
    for (const [each, startTime] of started) {
      await eventually(async () => !isRunning(each, startTime), 'nginx ended');
    }
    expect(() => readdirSync(folder)).to.throw(/ENOENT/);
  });

  function childrenOf(pid: number): number[] {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1')
      .split(' ')
      .filter((text) => text !== '')
      .map(Number);
  }

  /** It works in the folder that it writes to. */
  function folderOf(pid: number): string {
    return readlinkSync(`/proc/${pid}/cwd`);
  }
});
