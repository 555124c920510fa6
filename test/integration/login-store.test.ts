import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { pino } from 'pino';
import type { LoginRecord } from '../../src/auth/credentials/login-record.js';
import { loginIdOf } from '../../src/auth/credentials/login-record.js';
import type { LoginStore, LoginStoreOptions } from '../../src/auth/credentials/login-store.js';
import { createMemoryLoginStore } from '../../src/auth/credentials/memory-login-store.js';
import {
  createRedisLoginStore,
  SESSION_KEYS,
} from '../../src/auth/credentials/redis-login-store.js';
import { readRedisServers } from '../../src/config/redis-servers.js';
import { createRedisStore } from '../../src/data/redis/redis-store.js';
import { createTestRedis } from '../support/stores.js';
import { BUCKET_SECRET } from '../support/test-redis.js';

const OPTIONS: LoginStoreOptions = { absoluteMs: 60_000, perUserMax: 3 };
const LONG_MS = 30_000;

interface OpenedStore {
  open(options: LoginStoreOptions): LoginStore;
  close(): void;
}

const PLACES: Readonly<Record<string, () => Promise<OpenedStore>>> = {
  Redis: async () => {
    const { url, close } = await createTestRedis();
    const servers = readRedisServers(url);
    if ('problem' in servers) throw new Error(servers.problem);
    const settings = { servers, bucketSecret: BUCKET_SECRET };
    const redis = createRedisStore(settings, 1000, pino({ level: 'silent' }));
    await redis.connect();
    return {
      open: (options) => createRedisLoginStore(redis, SESSION_KEYS, options),
      close: () => {
        redis.close();
        close();
      },
    };
  },
  memory: async () => {
    const opened: LoginStore[] = [];
    return {
      open: (options) => {
        const store = createMemoryLoginStore(options, Date.now);
        opened.push(store);
        return store;
      },
      close: () => {
        for (const store of opened) {
          store.close();
        }
      },
    };
  },
};

for (const [place, openPlace] of Object.entries(PLACES)) {
  describe(`logins in ${place}`, () => {
    let opened: OpenedStore;
    let store: LoginStore;
    let userId = 0;

    before(async () => {
      opened = await openPlace();
      store = opened.open(OPTIONS);
    });

    after(() => opened?.close());

    beforeEach(() => {
      userId += 1;
    });

    const recordFor = (parts: Partial<LoginRecord> = {}): LoginRecord => ({
      userId,
      email: 'ada@example.test',
      name: 'Ada',
      createdAt: 1000,
      seenAt: 1000,
      client: 'curl',
      ...parts,
    });

    const create = async (ttlMs = LONG_MS, parts: Partial<LoginRecord> = {}, into = store) => {
      const record = recordFor(parts);
      const id = loginIdOf(into.newSecret(record.userId));
      await into.create(id, record, ttlMs);
      return id;
    };

    const idsOf = async (user = userId, of = store) => (await of.list(user)).map(({ id }) => id);

    it('are read as they were written, delegated ones too', async () => {
      const plain = await create();
      expect(await store.read(plain)).to.deep.equal(recordFor());
      const handedOn = {
        delegation: { actor: 'post-scheduler', scope: ['posts:read', 'posts:write'] as const },
        endsAt: 5000,
      };
      expect(await store.read(await create(LONG_MS, handedOn))).to.deep.equal(recordFor(handedOn));
      expect(await store.read(loginIdOf('nothing'))).to.equal(undefined);
    });

    it('are listed oldest first, those of this user alone', async () => {
      const ids = [await create(), await create()];
      await create(LONG_MS, { userId: 10_000 });
      expect(await idsOf()).to.deep.equal(ids);
      expect(await idsOf(20_000)).to.deep.equal([]);
    });

    it('are renewed: written anew, with a new time to live', async () => {
      const id = await create(300);
      const renewed = recordFor({ seenAt: 2000 });
      expect(await store.renew(id, renewed, LONG_MS)).to.equal(true);
      await delay(350);
      expect(await store.read(id)).to.deep.equal(renewed);
    });

    it('do not come back to life by a renewal after their end', async () => {
      const ended = await create();
      await store.end(userId, ended);
      const expired = await create(20);
      await delay(60);
      for (const id of [ended, expired, loginIdOf('never there')]) {
        expect(await store.renew(id, recordFor(), LONG_MS)).to.equal(false);
        expect(await store.read(id)).to.equal(undefined);
      }
      expect(await idsOf()).to.deep.equal([]);
    });

    it('end when their time is over, and leave the list', async () => {
      const [short, long] = [await create(30), await create()];
      await delay(80);
      expect(await store.read(short)).to.equal(undefined);
      expect(await idsOf()).to.deep.equal([long]);
      expect(await store.end(userId, short)).to.equal(false);
    });

    it('are ended one by one, by their owner alone', async () => {
      const [first, second] = [await create(), await create()];
      expect(await store.end(10_001, first)).to.equal(false);
      expect(await store.read(first)).to.not.equal(undefined);
      expect(await store.end(userId, first)).to.equal(true);
      expect(await store.end(userId, first)).to.equal(false);
      expect(await store.read(first)).to.equal(undefined);
      expect(await idsOf()).to.deep.equal([second]);
    });

    it('are all ended at once, but for one to keep', async () => {
      const [, kept] = [await create(), await create(), await create()];
      const foreign = await create(LONG_MS, { userId: 10_002 });
      await store.endAll(userId, kept);
      expect(await idsOf()).to.deep.equal([kept]);
      await store.endAll(userId);
      expect(await idsOf()).to.deep.equal([]);
      expect(await store.read(kept as string)).to.equal(undefined);
      await store.endAll(10_002, kept);
      expect(await store.read(foreign)).to.equal(undefined);
      await store.endAll(userId);
    });

    it('are a few of one user at most: the oldest end', async () => {
      const ids = [await create(), await create(), await create(), await create()];
      expect(await idsOf()).to.deep.equal(ids.slice(1));
      expect(await store.read(ids[0] as string)).to.equal(undefined);
    });

    it('that expired do not count, so none that lives ends for them', async () => {
      const living = await create();
      await create(20);
      await create(20);
      await delay(60);
      const newest = await create();
      expect(await idsOf()).to.deep.equal([living, newest]);
    });

    it('stay in the list for as long as they live, longer than a login may or not', async () => {
      const brief = opened.open({ ...OPTIONS, absoluteMs: 40 });
      const long = await create(LONG_MS, {}, brief);
      await create(40, {}, brief);
      await delay(120);
      expect(await idsOf(userId, brief)).to.deep.equal([long]);
      await brief.endAll(userId);
      expect(await brief.read(long)).to.equal(undefined);
    });

    it('of fifty requests at once are all there or over the limit, never lost', async () => {
      const roomy = opened.open({ ...OPTIONS, perUserMax: 100 });
      const ids = await Promise.all(Array.from({ length: 50 }, () => create(LONG_MS, {}, roomy)));
      expect(await idsOf(userId, roomy)).to.have.members(ids);
      await Promise.all(ids.slice(1).map((id) => roomy.end(userId, id)));
      expect(await idsOf(userId, roomy)).to.deep.equal([ids[0]]);
    });
  });
}
