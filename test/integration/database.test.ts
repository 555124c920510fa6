import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { pino } from 'pino';
import { type Database, openDatabase } from '../../src/data/database.js';
import { createPosts, type Posts } from '../../src/data/posts.js';
import { User } from '../../src/data/user.js';
import { createUsers, type Users } from '../../src/data/users.js';
import { sqlServer, TEST_DATABASE } from '../support/sql-servers/sql-server.js';
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
    const slow = await query(sqlServer.sleep(3)).catch((error) => error);
    expect(slow).to.include({ code: 'database_unavailable' });
    expect(await query('SELECT 7 AS number')).to.deep.equal([{ number: 7 }]);
  });

  it('keeps the connection of a query that merely failed', async () => {
    const pid = () => query<{ pid: number }>(`SELECT ${sqlServer.connectionId} AS pid`);
    const before = await pid();
    const wrong = await query('SELECT nonsense').catch((error) => error);
    expect(wrong).to.not.have.property('code', 'database_unavailable');
    expect(await pid()).to.deep.equal(before);
  });
});

/** PostgreSQL's text cannot hold U+0000; MySQL's can. */
const NUL = TEST_DATABASE === 'postgres' ? ['validation_failed'] : ['none'];

describe('what the database keeps', () => {
  let testDatabase: TestDatabase;
  let database: Database;
  let users: Users;
  let posts: Posts;

  before(async () => {
    testDatabase = await createTestDatabase();
    database = await openDatabase({
      url: testDatabase.url,
      poolSize: 4,
      timeoutMs: 10_000,
      log: pino({ level: 'silent' }),
    });
    users = createUsers(database);
    posts = createPosts(database);
  });

  after(async () => {
    await database?.close();
    await testDatabase?.drop();
  });

  const newUser = (email: string) => users.create({ email, name: 'Ada', passwordHash: 'x' });
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'none',
      (error) => error.code,
    );

  it('is one account for one address however it is typed, and no account for any other', async () => {
    const { id } = await newUser('Ada@Example.test');
    expect(await codeOf(newUser('aDA@example.TEST'))).to.equal('email_taken');
    expect(await users.findByEmail('ADA@EXAMPLE.TEST')).to.include({
      id,
      email: 'Ada@Example.test',
    });
    for (const other of ['ada@example.test ', 'adá@example.test', 'ada@example.tes_', 'ada']) {
      expect(await users.findByEmail(other), other).to.equal(null);
    }
    await newUser(`${'a'.repeat(241)}@example.test`);
  });

  it('is every character of the longest texts', async () => {
    const { id } = await newUser('writer@example.test');
    const content = { title: '한글🙂'.repeat(50), body: `\\'"%_\n\r\t${'🙂'.repeat(9_990)} ` };
    const made = await posts.create({ ownerId: id, actedBy: null }, content);
    expect(await posts.read(made.id)).to.deep.equal(made);
    expect(made).to.include(content);
  });

  it('is no number that a column cannot hold, and that is no fault of the service', async () => {
    await newUser('number@example.test');
    const update = database.run((manager) =>
      manager.query('UPDATE users SET credentials_version = 9999999999'),
    );
    expect(await codeOf(update)).to.equal('validation_failed');
    expect(await codeOf(newUser('nul@example.test\u0000'))).to.be.oneOf(NUL);
  });

  it('is times to the millisecond, in UTC', async () => {
    const before = Date.now();
    const { id: ownerId } = await newUser('clock@example.test');
    const post = await posts.create({ ownerId, actedBy: null }, { title: 't', body: 'b' });
    const { createdAt, updatedAt } = post;
    expect(createdAt.getTime()).to.be.within(before, Date.now());
    expect(updatedAt).to.deep.equal(createdAt);
    await delay(5);
    const changed = await posts.change(post.id, { ownerId, actedBy: 'other' }, { title: 'new' });
    expect(changed.createdAt).to.deep.equal(createdAt);
    expect(changed.updatedAt.getTime()).to.be.within(updatedAt.getTime() + 1, Date.now());
    expect(changed).to.include({ title: 'new', body: 'b', actedBy: 'other' });
  });

  it('is nothing of a user who is gone', async () => {
    const { id: ownerId } = await newUser('gone@example.test');
    const post = await posts.create({ ownerId, actedBy: null }, { title: 't', body: 'b' });
    await testDatabase.query('DELETE FROM users WHERE id = $1', [ownerId]);
    expect(await codeOf(posts.read(post.id))).to.equal('not_found');
    const write = posts.create({ ownerId, actedBy: null }, { title: 't', body: 'b' });
    expect(await codeOf(write)).to.equal('account_gone');
  });

  it('is the work of both who stood in each other’s way', async () => {
    const [first, second] = await Promise.all(
      ['first', 'second'].map((name) => newUser(`${name}@example.test`)),
    );
    const ids = [first?.id as number, second?.id as number];
    let waiting = 2;
    let bothHoldOne = () => {};
    const met = new Promise<void>((resolve) => {
      bothHoldOne = resolve;
    });
    const rename = (order: readonly number[], name: string) =>
      database.run((manager) =>
        manager.transaction(async (transaction) => {
          for (const id of order) {
            await transaction.update(User, { id }, { name });
            waiting -= 1;
            if (waiting <= 0) bothHoldOne();
            await met;
          }
        }),
      );
    // A deadlock: one of them is undone by the server, and done again.
    await Promise.all([rename(ids, 'one'), rename([...ids].reverse(), 'other')]);
    const names = await Promise.all(ids.map(async (id) => (await users.findById(id))?.name));
    expect(names[0]).to.equal(names[1]).and.to.be.oneOf(['one', 'other']);
  });
});
