import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { pino } from 'pino';
import { type Database, openDatabase } from '../../src/data/database.js';
import { removeExpiredRows } from '../../src/data/expired-rows.js';
import type { HousekeepingTask } from '../../src/data/housekeeper.js';
import { ApiClient } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { startService } from '../support/service.js';
import { createTestDatabase, type TestDatabase } from '../support/stores.js';

/** More than the time zones that a server may read a text in. */
const TWO_DAYS_MS = 2 * 86_400_000;

const unique = () => randomBytes(16).toString('hex');
const asText = (ms: number) => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');

/** The tables whose rows expire: columns, and one row. */
const TABLES = {
  idempotency_keys: {
    columns: 'user_id, key_hash, fingerprint, claim, claimed_until_ms, expires_at_ms, answer',
    row: (userId: number, endMs: number) =>
      `(${userId}, '${unique()}', '-', '-', ${endMs}, ${endMs}, NULL)`,
  },
  refresh_families: {
    columns: 'user_id, handle_hash, id, client, token_hash, created_at, rotated_at, expires_at',
    row: (userId: number, endMs: number) =>
      `(${userId}, '${unique()}', '${unique()}', '-', '${unique()}',
        '2020-01-01', '2020-01-01', '${asText(endMs)}')`,
  },
};
const TABLE_NAMES = Object.keys(TABLES) as (keyof typeof TABLES)[];

describe('rows that have expired', () => {
  let testDatabase: TestDatabase;
  let database: Database;
  let userId: number;

  before(async () => {
    testDatabase = await createTestDatabase();
    database = await openDatabase({
      url: testDatabase.url,
      poolSize: 4,
      timeoutMs: 1000,
      log: pino({ level: 'silent' }),
    });
  });

  after(async () => {
    await database?.close();
    await testDatabase?.drop();
  });

  beforeEach(async () => {
    await testDatabase.query('DELETE FROM users');
    const [user] = await testDatabase.query<{ id: number }>(
      `INSERT INTO users (email, name, password_hash) VALUES ('a@example.test', 'A', '-') RETURNING id`,
    );
    userId = user?.id ?? 0;
  });

  const countOf = async (table: string, where = 'true') => {
    const [row] = await testDatabase.query<{ count: number | string }>(
      `SELECT count(*) AS count FROM ${table} WHERE ${where}`,
    );
    return Number(row?.count);
  };

  const add = async (table: keyof typeof TABLES, count: number, endMs: number, owner = userId) => {
    const { columns, row } = TABLES[table];
    const rows = Array.from({ length: count }, () => row(owner, endMs));
    await testDatabase.query(`INSERT INTO ${table} (${columns}) VALUES ${rows.join(', ')}`);
  };

  it('are looked for in every table that has an end for its rows', async () => {
    const schema = testDatabase.url.startsWith('postgres') ? 'current_schema()' : 'database()';
    const ends = await testDatabase.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.columns
       WHERE column_name LIKE 'expires%' AND table_schema = ${schema}`,
    );
    const tasks = removeExpiredRows(database).map(({ name }) => name as keyof typeof TABLES);
    expect(ends.map(({ name }) => name).sort()).to.deep.equal(tasks.sort());
    expect(tasks).to.deep.equal([...TABLE_NAMES].sort());
  });

  for (const table of TABLE_NAMES) {
    it(`leave ${table} a bounded number at a time, and no others with them`, async () => {
      const nowMs = 1_800_000_000_000;
      await add(table, 1, nowMs + TWO_DAYS_MS);
      await add(table, 1200, nowMs - TWO_DAYS_MS);
      const { removeSome } = removeExpiredRows(database, () => nowMs).find(
        ({ name }) => name === table,
      ) as HousekeepingTask;
      const removed = [await removeSome(), await removeSome(), await removeSome()];
      expect(removed).to.deep.equal([500, 500, 200]);
      expect(await removeSome()).to.equal(0);
      expect(await countOf(table)).to.equal(1);
    });
  }

  it('fail no request by the thousand, are removed by none, and are gone in the end', async () => {
    const service = await startService({ AUTH_STRATEGY: 'jwt', DATABASE_URL: testDatabase.url });
    try {
      const api = new ApiClient(service.url);
      const ada = await api.register('ada');
      for (const table of TABLE_NAMES) {
        await add(table, 20_000, Date.now() - TWO_DAYS_MS);
      }
      await add('refresh_families', 1000, Date.now() - TWO_DAYS_MS, ada.id);
      const statuses = new Map<number, number>();
      const count = (status: number) => statuses.set(status, (statuses.get(status) ?? 0) + 1);
      const credential = await api.logIn(ada);
      const post = async (client: number) => {
        for (let sent = 0; sent < 75; sent += 1) {
          const { status } = await api.call('POST', '/posts', {
            credential,
            headers: { 'Idempotency-Key': `${client}-${sent}` },
            body: { title: 'T', body: 'B' },
          });
          count(status);
        }
      };
      await Promise.all(Array.from({ length: 8 }, (_, client) => post(client)));
      expect([...statuses]).to.deep.equal([[201, 600]]);
      await eventually(
        async () =>
          (await countOf('idempotency_keys', "claim = '-'")) === 0 &&
          (await countOf('refresh_families')) === 1,
        'expired rows are gone',
        25_000,
      );
      const startedMs = performance.now();
      service.signal('SIGTERM');
      expect(await service.exited).to.equal(0);
      expect(performance.now() - startedMs, 'milliseconds to leave').to.be.below(2000);
    } finally {
      await service.stop();
    }
  }).timeout(60_000);

  it('of the user who logs in push out no login', async () => {
    const service = await startService({
      AUTH_STRATEGY: 'jwt',
      DATABASE_URL: testDatabase.url,
      LOGINS_PER_USER_MAX: '2',
    });
    try {
      const api = new ApiClient(service.url);
      const ada = await api.register('ada');
      await api.logIn(ada);
      // As if they had begun last: who takes them for logins ends the first one.
      await add('refresh_families', 3, Date.now() - TWO_DAYS_MS, ada.id);
      await testDatabase.query(
        `UPDATE refresh_families SET created_at = '2100-01-01' WHERE client = '-'`,
      );
      await api.logIn(ada);
      expect(await countOf('refresh_families', "client <> '-'"), 'logins').to.equal(2);
    } finally {
      await service.stop();
    }
  });
});
