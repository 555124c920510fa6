import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { isRunning, readStartTime } from '../../bench/processes/process-identity.js';
import { openStores } from '../../bench/stores/open.js';
import { parsePostgresShape } from '../../bench/stores/postgres/shape.js';
import type { StoreReplication } from '../../bench/stores/store.js';
import {
  type Account,
  type Answer,
  ApiClient,
  type Credential,
  credentialOf,
  expectProblem,
} from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { failure } from '../support/failure.js';
import { openReplicatedPostgres, type ReplicatedPostgres } from '../support/replicated-postgres.js';
import { type RunningService, startService, type Variables } from '../support/service.js';

/** With time for a busy machine. */
const WITHIN_MS = 10_000;

/** Somebody with the newest refresh token, and the one before, which was spent for it. */
interface Holder {
  account: Account;
  credential: Credential;
  spent: string;
  newest: string;
}

describe('PostgreSQL as primary:1+1', function () {
  this.timeout(60_000);
  let stores: ReplicatedPostgres;
  let replication: StoreReplication;
  let services: RunningService[] = [];

  before(async () => {
    stores = await openReplicatedPostgres();
    ({ replication } = stores);
  });
  after(() => stores?.close());
  afterEach(async () => {
    await Promise.all(services.map((service) => service.stop()));
    services = [];
  });

  const start = async (strategy: string, more: Variables = {}): Promise<ApiClient> => {
    const service = await startService({
      AUTH_STRATEGY: strategy,
      DATABASE_URL: stores.databaseUrl,
      REDIS_URL: stores.redisUrl,
      LOG_LEVEL: 'warn',
      ...more,
    });
    services.push(service);
    return new ApiClient(service.url);
  };

  const write = (api: ApiClient, credential: Credential, title = 'Kept') =>
    api.call('POST', '/posts', { credential, body: { title, body: 'Whatever becomes of it.' } });
  const refresh = (api: ApiClient, refresh_token: string) =>
    api.call('POST', '/auth/refresh', { body: { refresh_token } });
  const me = (api: ApiClient, { body }: Answer) =>
    api.call('GET', '/me', { credential: { authorization: `Bearer ${body.access_token}` } });

  async function hold(api: ApiClient, count: number): Promise<Holder[]> {
    const holders: Holder[] = [];
    for (let number = 0; number < count; number++) {
      const account = await api.register('holder');
      const login = await api.login(account.email, account.password);
      const token = login.body.refresh_token;
      holders.push({ account, credential: credentialOf(login), spent: token, newest: token });
    }
    return holders;
  }

  async function renew(api: ApiClient, holder: Holder): Promise<void> {
    const { status, body } = await refresh(api, holder.newest);
    expect(status).to.equal(200);
    holder.spent = holder.newest;
    holder.newest = body.refresh_token;
  }

  /** What was acknowledged since the replica heard something for the last time is in the primary alone. */
  async function failOver(api: ApiClient): Promise<void> {
    await replication.primary().hands.kill();
    await replication.promote();
    await eventually(
      async () => (await api.call('GET', '/readyz')).status === 200,
      'the service reaches the promoted replica',
      WITHIN_MS,
    );
  }

  it('answers again after a failover, and keeps what a replica in step was told; and again the other way round', async () => {
    const api = await start('jwt');
    const holders = await hold(api, 4);
    for (let time = 1; time <= 2; time++) {
      const dead = replication.primary();
      const written: string[] = [];
      for (const holder of holders) {
        await renew(api, holder);
        const { status, headers } = await write(api, holder.credential);
        expect(status).to.equal(201);
        written.push(headers.get('location') ?? '');
      }
      await replication.untilInStep();
      await dead.hands.kill();
      const [someone] = holders as [Holder];
      // What cannot be known is a 503, and nobody is told to log in again.
      expectProblem(await write(api, someone.credential), 503, 'database_unavailable');
      expectProblem(await refresh(api, someone.newest), 503, 'database_unavailable');
      await replication.promote();
      expect(replication.primary()).to.not.equal(dead);
      await eventually(
        async () => (await write(api, someone.credential)).status === 201,
        'the service writes to the promoted replica',
        WITHIN_MS,
      );
      for (const path of written) {
        const { status, body } = await api.call('GET', path, { credential: someone.credential });
        expect(`${status} ${body.title}`).to.equal('200 Kept');
      }
      for (const holder of holders) await renew(api, holder);
      await replication.rejoin();
      expect(replication.replicas()).to.deep.equal([dead]);
    }
  });

  for (const [strategy, meAgain] of [
    ['jwt', 200],
    // The denylist is in Redis, which knows of the logout.
    ['jwt-denylist', 401],
  ] as const) {
    it(`refuses 6 good refresh tokens of ${strategy} and takes 4 ended ones again where 6 renewed and 4 logged out unheard by the replica`, async () => {
      const api = await start(strategy);
      const holders = await hold(api, 14);
      await replication.untilInStep();
      await replication.deafen();
      try {
        const renewing = holders.slice(0, 6);
        const leaving = holders.slice(6, 10);
        const idle = holders.slice(10);
        for (const holder of renewing) await renew(api, holder);
        for (const { credential, newest } of leaving) {
          const { status } = await api.call('POST', '/auth/logout', { credential });
          expect(status).to.be.below(300);
          expectProblem(await refresh(api, newest), 400, 'refresh_invalid');
        }
        await failOver(api);
        for (const { newest, spent } of renewing) {
          expectProblem(await refresh(api, newest), 400, 'refresh_invalid');
          // A wrong secret with a right handle is taken for theft, so nothing of this login is left.
          expectProblem(await refresh(api, spent), 400, 'refresh_invalid');
        }
        for (const { newest } of leaving) {
          const again = await refresh(api, newest);
          expect(again.status).to.equal(200);
          expect((await me(api, again)).status).to.equal(meAgain);
        }
        for (const { newest } of idle) {
          const next = await refresh(api, newest);
          expect(next.status).to.equal(200);
          expect((await me(api, next)).status).to.equal(200);
        }
        const warnings = services[0]?.stdout().match(/refresh token used twice: login ended/g);
        expect(warnings).to.have.length(6);
      } finally {
        await replication.rejoin();
      }
    });
  }

  it('lets in who brings the spent token before its owner comes, and ends that when the owner does', async () => {
    const api = await start('jwt');
    const [holder] = (await hold(api, 1)) as [Holder];
    await replication.untilInStep();
    await replication.deafen();
    try {
      await renew(api, holder);
      await failOver(api);
      const copied = await refresh(api, holder.spent);
      expect((await me(api, copied)).status).to.equal(200);
      expectProblem(await refresh(api, holder.newest), 400, 'refresh_invalid');
      expectProblem(await refresh(api, copied.body.refresh_token), 400, 'refresh_invalid');
    } finally {
      await replication.rejoin();
    }
  });

  it('makes a denylist refuse what comes of an ended refresh token for as long as it remembers the logout, and no longer', async () => {
    const api = await start('jwt-denylist', { ACCESS_TOKEN_TTL_SECONDS: '2' });
    const [{ account }] = (await hold(api, 1)) as [Holder];
    await replication.untilInStep();
    const login = await api.login(account.email, account.password);
    await replication.untilInStep();
    await replication.deafen();
    try {
      const { status } = await api.call('POST', '/auth/logout', {
        credential: credentialOf(login),
      });
      expect(status).to.be.below(300);
      await failOver(api);
      let again = await refresh(api, login.body.refresh_token);
      expectProblem(await me(api, again), 401, 'credential_invalid');
      // It remembers for the life of an access token, and 5 s more.
      await eventually(
        async () => {
          again = await refresh(api, again.body.refresh_token);
          return (await me(api, again)).status === 200;
        },
        'the denylist has forgotten the logout',
        WITHIN_MS,
      );
    } finally {
      await replication.rejoin();
    }
  });

  for (const strategy of ['jwt', 'session']) {
    it(`gives the number of a user who was lost to somebody else, for whom a credential of ${strategy} of the lost one then writes`, async () => {
      const api = await start(strategy);
      await replication.untilInStep();
      await replication.deafen();
      try {
        // A sequence logs 32 numbers ahead: those beyond are given twice.
        const lost: { account: Account; credential: Credential }[] = [];
        for (let number = 0; number < 66; number++) {
          const account = await api.register('lost');
          lost.push({ account, credential: await api.logIn(account) });
        }
        await failOver(api);
        const stranger = await api.register('stranger');
        const double = lost.find(({ account }) => account.id === stranger.id);
        if (!double) return expect.fail(`nobody had the number ${stranger.id}`);
        const { status, body } = await write(api, double.credential, 'By the lost one');
        expect(status).to.equal(201);
        expect(body.ownerId).to.equal(stranger.id);
      } finally {
        await replication.rejoin();
      }
    });
  }

  it('is refused beside a server that is given, in one line', async () => {
    const error = await failure(
      openStores({
        environment: {
          ...process.env,
          DATABASE_URL: stores.databaseUrl,
          REDIS_URL: stores.redisUrl,
        },
        guardian: stores.guardian,
        postgres: parsePostgresShape('primary:1+1'),
      }),
    );
    expect(error).to.include({ code: 'STORES_NOT_OWN', exitCode: 2 });
    expect(error.message).to.match(
      /^--postgres primary:1\+1 starts servers of the lab's own[^\n]+$/,
    );
  });
});

describe('servers of primary:1+2', function () {
  this.timeout(60_000);
  let temporary: string;

  before(async () => {
    temporary = await mkdtemp(join(tmpdir(), 'several-postgres-'));
    await chmod(temporary, 0o711);
  });
  after(() => rm(temporary, { recursive: true, force: true }));

  const open = (signal?: AbortSignal, onMessage?: (line: string) => void) =>
    openStores({
      environment: { ...process.env, DATABASE_URL: '', TMPDIR: temporary },
      postgres: parsePostgresShape('primary:1+2'),
      ...(signal && { signal }),
      ...(onMessage && { onMessage }),
    });

  it('are three, and none of them is left when they are stopped', async () => {
    const stores = await open();
    const pids = [stores.database.pid ?? 0, ...(stores.database.furtherPids?.() ?? [])];
    const started = pids.map((pid) => ({ pid, startTime: readStartTime(pid) }));
    try {
      expect(stores.database.replication?.replicas()).to.have.length(2);
      expect(started.every(({ pid, startTime }) => isRunning(pid, startTime))).to.equal(true);
    } finally {
      await stores.stop();
    }
    expect(new Set(pids).size).to.equal(3);
    expect(started.some(({ pid, startTime }) => isRunning(pid, startTime))).to.equal(false);
    expect(await readdir(temporary)).to.deep.equal([]);
  });

  it('leave nothing behind when they are interrupted while they start', async () => {
    const interrupted = new AbortController();
    const opening = failure(open(interrupted.signal));
    // The data of the second server are there: the first one runs, and the second is about to.
    await eventually(
      async () => {
        const [run = ''] = await readdir(temporary);
        return (await readdir(join(temporary, run)).catch(() => [] as string[])).includes(
          'postgres-2',
        );
      },
      'the second server begins',
      WITHIN_MS,
    );
    interrupted.abort();
    expect(await opening).to.include({ code: 'INTERRUPTED' });
    expect(await readdir(temporary)).to.deep.equal([]);
  });
});
