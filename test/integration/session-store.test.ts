import { expect } from 'chai';
import { pino } from 'pino';
import {
  createRedisSessionStore,
  type SessionRecord,
  type SessionStore,
} from '../../src/auth/session/redis-session-store.js';
import { createRedisStore, type RedisStore } from '../../src/data/redis.js';
import { createTestRedis } from '../support/stores.js';

describe('the session store', () => {
  let redis: Awaited<ReturnType<typeof createTestRedis>>;
  let connection: RedisStore;
  let store: SessionStore;
  let minted: string | undefined;
  let now: number;

  const ID = 'i'.repeat(43);
  const ABSOLUTE_MS = 10_000;

  before(async () => {
    redis = await createTestRedis();
    connection = createRedisStore(redis.url, 400, pino({ level: 'silent' }));
    await connection.connect();
  });

  after(() => {
    connection?.close();
    redis?.close();
  });

  beforeEach(async () => {
    await redis.client.flushdb();
    now = 1_000_000;
    minted = ID;
    store = createRedisSessionStore({
      redis: connection,
      absoluteMs: ABSOLUTE_MS,
      now: () => now,
      isMinted: (_ctx, id) => id === minted,
    });
  });

  const record = (): SessionRecord => ({
    userId: 1,
    email: 'ada@example.test',
    name: 'Ada',
    createdAt: 1_000_000,
    _expire: 1_005_000,
  });

  it('gives back what was put in', async () => {
    await store.set(ID, record(), 5000, {});
    expect(await store.get(ID)).to.deep.equal(record());
  });

  it('knows nothing of an ID it never saw', async () => {
    expect(await store.get('u'.repeat(43))).to.equal(undefined);
  });

  it('does not bring a session back that was ended while a request held it', async () => {
    await store.set(ID, record(), 5000, {});
    minted = undefined; // the next request did not make this ID, it loaded it
    const loaded = (await store.get(ID)) as SessionRecord;
    await store.destroy(ID);
    const failure = await store.set(ID, loaded, 5000, {}).catch((error) => error);
    expect(failure).to.include({ code: 'credential_invalid' });
    expect(await store.get(ID)).to.equal(undefined);
  });

  it('renews a session that is still there', async () => {
    await store.set(ID, record(), 1000, {});
    minted = undefined;
    await store.set(ID, record(), 5000, {});
    const [key = ''] = await redis.client.keys('*');
    expect(await redis.client.pttl(key)).to.be.within(4000, 5000);
  });

  it('keeps nothing beyond the absolute timeout, however often it is renewed', async () => {
    now = 1_000_000 + ABSOLUTE_MS - 300;
    await store.set(ID, record(), 5000, {});
    const [key = ''] = await redis.client.keys('*');
    expect(await redis.client.pttl(key)).to.be.within(1, 300);
  });
});
