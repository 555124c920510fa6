import { expect } from 'chai';
import { pino } from 'pino';
import { type Database, openDatabase } from '../../src/data/database.js';
import { createTestDatabase, type TestDatabase } from '../support/stores.js';

describe('the database', () => {
  let testDatabase: TestDatabase;
  let database: Database;

  before(async () => {
    testDatabase = await createTestDatabase();
    database = await openDatabase({
      url: testDatabase.url,
      poolSize: 1,
      timeoutMs: 300,
      log: pino({ level: 'silent' }),
    });
  });

  after(async () => {
    await database?.close();
    await testDatabase?.drop();
  });

  const query = <Row>(sql: string): Promise<Row[]> => database.run((manager) => manager.query(sql));

  it('gives up the connection of a query that missed its deadline, so that the next one is not stuck behind it', async () => {
    const slow = await query('SELECT pg_sleep(3)').catch((error) => error);
    expect(slow).to.include({ code: 'database_unavailable' });
    expect(await query('SELECT 7 AS number')).to.deep.equal([{ number: 7 }]);
  });

  it('keeps the connection of a query that merely failed', async () => {
    const pid = () => query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const before = await pid();
    const wrong = await query('SELECT nonsense').catch((error) => error);
    expect(wrong).to.not.have.property('code', 'database_unavailable');
    expect(await pid()).to.deep.equal(before);
  });
});
