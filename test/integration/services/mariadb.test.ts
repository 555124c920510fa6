import { readdirSync, statSync } from 'node:fs';
import { expect } from 'chai';
import type { LabError } from '../../../bench/model/errors.js';
import { isRunning, readStartTime } from '../../../bench/processes/process-identity.js';
import { connectMariadb } from '../../../bench/stores/mariadb/connection.js';
import { findMariadbOnPath } from '../../../bench/stores/mariadb/program.js';
import { openStores, type Stores, type StoresOptions } from '../../../bench/stores/open.js';
import { workerStores } from '../../support/worker-stores.js';
import { isRoot, Sandbox } from './support.js';

const NOT_TO_BE_HAD = ['MARIADB_NOT_FOUND', 'MARIADB_NOT_UNPACKED'];

describe('a MariaDB of the lab’s own', () => {
  let sandbox: Sandbox;
  let stores: Stores;

  /** The suite's own temporary folder, and the cache that all runs share: no test should download. */
  const environment = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    XDG_CACHE_HOME: process.env.XDG_CACHE_HOME,
    TMPDIR: sandbox.temporary,
    REDIS_URL: workerStores().redisUrl,
    ...more,
  });
  const start = (options: StoresOptions = {}) =>
    openStores({ environment: environment(), database: 'mariadb', ...options });

  before(async function () {
    sandbox = new Sandbox();
    try {
      stores = await start();
    } catch (error) {
      const { code, message } = error as LabError;
      if (!NOT_TO_BE_HAD.includes(code)) throw error;
      for (const test of this.test?.parent?.tests ?? []) test.title += ` (skipped: ${message})`;
      this.skip();
    }
  });

  after(async () => {
    await stores?.stop();
    sandbox.remove();
  });

  async function ask(url: string, sql: string): Promise<unknown> {
    const connection = await connectMariadb(url, 2000);
    try {
      const [rows] = await connection.query(sql);
      return rows;
    } finally {
      await connection.end();
    }
  }
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'none',
      (error) => error.code,
    );

  it('keeps out other users of the machine, who can reach a loopback port', async () => {
    const guess = new URL(stores.databaseUrl);
    for (const [user, password] of [
      ['lab', 'guessed'],
      ['lab', ''],
      ['root', ''],
      ['nobody', ''],
    ] as const) {
      guess.username = user;
      guess.password = password;
      expect(await codeOf(ask(guess.href, 'SELECT 1')), user).to.equal('ER_ACCESS_DENIED_ERROR');
    }
  });

  it('is reachable by loopback only', async () => {
    const rows = await ask(stores.databaseUrl, 'SELECT @@bind_address AS address');
    expect(rows).to.deep.equal([{ address: '127.0.0.1' }]);
  });

  it('says what it is and how it is set', async () => {
    const [row] = (await ask(stores.databaseUrl, 'SELECT version() AS version')) as {
      version: string;
    }[];
    expect(stores.database.version).to.equal(row?.version);
    expect(stores.database.startedBy).to.match(/^mariadbd .*innodb-doublewrite=OFF/);
    if (isRoot) {
      expect(stores.database.startedBy).to.match(/ as user (postgres|nobody) /);
    }
  });

  for (const variable of ['MARIADB_URL', 'DATABASE_URL']) {
    it(`is used as it is where ${variable} names it, with its process and its settings`, async () => {
      const given = await openStores({
        environment: environment({ [variable]: stores.databaseUrl }),
        database: variable === 'MARIADB_URL' ? 'mariadb' : undefined,
      });
      await given.stop();
      expect(given.databaseUrl).to.equal(stores.databaseUrl);
      const { startedBy, ...found } = given.database;
      const { version, pid } = stores.database;
      // What another user's process listens to is hidden from an ordinary one.
      const seen = isRoot || process.getuid?.() === statSync(`/proc/${pid}`).uid;
      expect(found).to.deep.equal({
        ...{ name: 'mariadb', given: true, version, pid: seen ? pid : null },
      });
      expect(startedBy).to.match(
        new RegExp(`^${variable} \\(innodb_flush_log_at_trx_commit=0, .*log_bin=OFF`),
      );
      expect(await ask(stores.databaseUrl, 'SELECT 1 AS one')).to.deep.equal([{ one: 1 }]);
    });
  }

  it('is gone, with its files, when it is stopped', async () => {
    const pid = stores.database.pid as number;
    const startTime = readStartTime(pid) as string;
    expect(readdirSync(sandbox.temporary)).to.have.length(1);
    await stores.stop();
    expect(isRunning(pid, startTime)).to.equal(false);
    expect(readdirSync(sandbox.temporary)).to.deep.equal([]);
  });

  it('is not started where MARIADB_URL names another, which must answer', async () => {
    const gone = { MARIADB_URL: 'mysql://lab@127.0.0.1:1/lab' };
    const work = start({ environment: environment(gone) });
    expect(await codeOf(work)).to.equal('MARIADB_UNREACHABLE');
  });

  it('is said to be missing where there is neither a server nor a package', async function () {
    const nothing = environment({ PATH: '/nowhere' });
    if ((await findMariadbOnPath({ environment: nothing, user: null })) !== null) this.skip();
    expect(await codeOf(start({ environment: nothing }))).to.equal('MARIADB_NOT_FOUND');
  });
});

describe('a DATABASE_URL that names a MySQL', () => {
  const DATABASE_URL = 'mysql://lab@127.0.0.1:1/lab';
  const start = (database?: 'postgres') =>
    openStores({ environment: { ...process.env, MARIADB_URL: '', DATABASE_URL }, database }).catch(
      (thrown: LabError) => thrown,
    );

  it('is the database, and must answer', async () => {
    expect(await start()).to.include({ code: 'DATABASE_UNREACHABLE' });
  });

  it('is refused where PostgreSQL was asked for', async () => {
    const error = await start('postgres');
    expect(error).to.have.property('code', 'DATABASE_NOT_POSTGRES');
    expect((error as LabError).message).to.include('Leave out "--database postgres"');
  });
});
