import { expect } from 'chai';
import { pino } from 'pino';
import { type Database, openDatabase } from '../../src/data/database.js';
import {
  type Claim,
  createIdempotencyKeys,
  type IdempotencyKeys,
  KEY_LIFE_SECONDS,
} from '../../src/data/idempotency-keys.js';
import { createPosts, type Posts } from '../../src/data/posts.js';
import { createTestDatabase, type TestDatabase } from '../support/stores.js';

const CLAIM_MS = 10_000;

describe('keys of requests that may be sent again', () => {
  let testDatabase: TestDatabase;
  let database: Database;
  let posts: Posts;
  let userId: number;
  let nowMs: number;
  let keys: IdempotencyKeys;

  before(async () => {
    testDatabase = await createTestDatabase();
    database = await openDatabase({
      url: testDatabase.url,
      poolSize: 4,
      timeoutMs: 1000,
      log: pino({ level: 'silent' }),
    });
    posts = createPosts(database);
    const [user] = await testDatabase.query<{ id: number }>(
      `INSERT INTO users (email, name, password_hash) VALUES ('a@example.test', 'A', '-') RETURNING id`,
    );
    userId = user?.id ?? 0;
  });

  after(async () => {
    await database?.close();
    await testDatabase?.drop();
  });

  beforeEach(async () => {
    await testDatabase.query('DELETE FROM idempotency_keys');
    nowMs = 1_800_000_000_000;
    keys = createIdempotencyKeys(database, () => nowMs);
  });

  const claim = async (key: string, fingerprint = 'same') =>
    keys.claim({ userId, key, fingerprint });
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'no error',
      (error) => error.code,
    );
  const work = (claimed: Claim | { answer: string }, title: string, answer = '{}') =>
    posts.create({ ownerId: userId, actedBy: null }, { title, body: '-' }, (transaction) =>
      (claimed as Claim).complete(transaction, answer),
    );
  const countOf = async (table: string, where: string) => {
    const [row] = await testDatabase.query<{ count: number | string }>(
      `SELECT count(*) AS count FROM ${table} WHERE ${where}`,
    );
    return Number(row?.count);
  };

  it('of work that is under way are taken, and free again when it failed', async () => {
    const first = await claim('a');
    expect(await codeOf(claim('a'))).to.equal('idempotency_key_in_use');
    await (first as Claim).release();
    expect(await claim('a')).to.have.property('complete');
  });

  it('of work that is done give its answer, and are not released', async () => {
    const first = (await claim('b')) as Claim;
    await work(first, 'done', '{"id":1}');
    await first.release();
    expect(await claim('b')).to.deep.equal({ answer: '{"id":1}' });
    expect(await codeOf(claim('b', 'other'))).to.equal('idempotency_key_reused');
  });

  it('of an instance that died pass on, and it cannot finish when it was only slow', async () => {
    const slow = await claim('c');
    nowMs += CLAIM_MS;
    const takers = await Promise.allSettled([claim('c'), claim('c'), claim('c')]);
    const taken = takers.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(taken).to.have.length(1);
    expect(await codeOf(work(slow, 'slow'))).to.equal('idempotency_key_in_use');
    expect(await countOf('posts', "title = 'slow'")).to.equal(0);
    await work(taken[0] as Claim, 'taken over');
    expect(await countOf('posts', "title = 'taken over'")).to.equal(1);
  });

  it('end with their time, and then serve another request', async () => {
    await work(await claim('d'), 'old');
    nowMs += KEY_LIFE_SECONDS * 1000 - 1;
    expect(await codeOf(claim('d', 'other'))).to.equal('idempotency_key_reused');
    nowMs += 1;
    expect(await claim('d', 'other')).to.have.property('complete');
  });

  it('are those of a user who is there, and go with them', async () => {
    await claim('f');
    await testDatabase.query('DELETE FROM users');
    expect(await countOf('idempotency_keys', 'true')).to.equal(0);
    expect(await codeOf(keys.claim({ userId, key: 'e', fingerprint: 'same' }))).to.equal(
      'account_gone',
    );
  });
});
