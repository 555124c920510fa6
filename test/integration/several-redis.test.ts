import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { openStores, type Stores } from '../../bench/stores/open.js';
import { parseRedisShape } from '../../bench/stores/redis/shape.js';
import type { StoreMember } from '../../bench/stores/store.js';
import { readRedisServers } from '../../src/config/redis-servers.js';
import { createBuckets } from '../../src/data/redis/buckets.js';
import { createRedisClient } from '../../src/data/redis/clients.js';
import { type Account, ApiClient, type Credential, credentialOf } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import {
  type RunningService,
  runEntry,
  secretFrom,
  startService,
  type Variables,
} from '../support/service.js';
import { createTestDatabase, type TestDatabase } from '../support/stores.js';
import { workerStores } from '../support/worker-stores.js';

/** From the death of a primary until its replica answers, with time for a busy machine. */
const TAKES_OVER_MS = 12_000;

for (const shape of ['cluster:3+3', 'sentinel:1+2']) {
  describe(`Redis as ${shape}`, () => {
    let stores: Stores;
    let database: TestDatabase;
    let variables: Variables;
    let services: RunningService[] = [];

    before(async function () {
      this.timeout(60_000);
      const environment = { ...process.env, DATABASE_URL: workerStores().databaseUrl };
      database = await createTestDatabase();
      stores = await openStores({ environment, redis: parseRedisShape(shape) });
      variables = { DATABASE_URL: database.url, REDIS_URL: stores.redisUrl };
    });
    after(async () => {
      await stores?.stop();
      await database?.drop();
    });
    afterEach(async () => {
      await Promise.all(services.map((service) => service.stop()));
      services = [];
    });

    const start = async (strategy: string, more: Variables = {}): Promise<ApiClient> => {
      const service = await startService({ AUTH_STRATEGY: strategy, ...variables, ...more });
      services.push(service);
      return new ApiClient(service.url);
    };

    const members = () => stores.sessionStore.members?.servers ?? [];
    const withMember = async <T>({ url }: StoreMember, ask: (client: Redis) => Promise<T>) => {
      const client = new Redis(url, { maxRetriesPerRequest: 1 });
      client.on('error', () => {});
      try {
        return await ask(client);
      } finally {
        client.disconnect();
      }
    };
    const roleOf = (member: StoreMember) =>
      withMember(member, async (client) => {
        const info = await client.info('replication');
        return /^role:(\w+)/m.exec(info)?.[1] === 'master' ? 'primary' : 'replica';
      }).catch(() => 'away');

    async function primaries(): Promise<StoreMember[]> {
      const roles = await Promise.all(members().map(roleOf));
      return members().filter((_, index) => roles[index] === 'primary');
    }

    /** Logins of many users: some at every primary. */
    async function logInMany(api: ApiClient): Promise<Credential[]> {
      const accounts: Account[] = [];
      for (let index = 0; index < 24; index++) accounts.push(await api.register(`many${index}`));
      const answers = await Promise.all(
        accounts.map((account) => api.login(account.email, account.password)),
      );
      return answers.map(credentialOf);
    }

    const statuses = (api: ApiClient, credentials: Credential[]) =>
      Promise.all(
        credentials.map(
          async (credential) => (await api.call('GET', '/me', { credential })).status,
        ),
      );

    it('keeps every login through the death of a primary, and an instance without traffic hears of it', async function () {
      this.timeout(60_000);
      const [busy, idle] = [await start('session'), await start('session')];
      const credentials = await logInMany(busy);
      expect(new Set(await statuses(idle, credentials))).to.deep.equal(new Set([200]));
      // What a replica has missed when its primary dies is lost: here it has had the time.
      await delay(300);
      const [dead] = (await primaries()) as [StoreMember];
      await dead.hands.kill();
      try {
        // None is told to log in again: what cannot be known is a 503.
        const soon = new Set(await statuses(busy, credentials));
        expect([...soon].every((status) => status === 200 || status === 503)).to.equal(true);
        await eventually(
          async () => (await statuses(busy, credentials)).every((status) => status === 200),
          'a replica answers in place of the dead primary',
          TAKES_OVER_MS,
        );
        // It asked nothing meanwhile, but for what it asks by itself.
        await delay(6000);
        expect(new Set(await statuses(idle, credentials))).to.deep.equal(new Set([200]));
      } finally {
        await dead.hands.start();
      }
      await eventually(
        async () =>
          (await Promise.all(members().map(roleOf))).filter((role) => role === 'replica').length ===
          (shape.startsWith('cluster') ? 3 : 2),
        'the dead one is a replica now',
        TAKES_OVER_MS,
      );
    });

    it('goes on at every instance after a primary stood still, was replaced, and came back as a replica', async function () {
      this.timeout(120_000);
      const apis = await Promise.all([start('session'), start('session'), start('session')]);
      const first = apis[0];
      const credentials = await logInMany(first);
      for (let time = 0; time < 2; time++) {
        await delay(500);
        const [frozen] = (await primaries()) as [StoreMember];
        frozen.hands.signal('SIGSTOP');
        try {
          await eventually(
            async () => (await statuses(first, credentials)).every((status) => status === 200),
            'a replica answers in place of the frozen primary',
            TAKES_OVER_MS,
          );
        } finally {
          frozen.hands.signal('SIGCONT');
        }
        for (const api of apis) {
          await eventually(
            async () => (await statuses(api, credentials)).every((status) => status === 200),
            'every instance answers for everybody',
            TAKES_OVER_MS,
          );
        }
        await eventually(
          async () => (await roleOf(frozen)) === 'replica',
          'the frozen one is a replica now',
          TAKES_OVER_MS,
        );
        for (const api of apis) {
          await eventually(
            async () => (await statuses(api, credentials)).every((status) => status === 200),
            'every instance answers for everybody still',
            TAKES_OVER_MS,
          );
        }
      }
    });

    it('leaves no client without a connection when a primary dies, whoever of many hears of it first', async function () {
      this.timeout(60_000);
      const servers = readRedisServers(stores.redisUrl);
      if ('problem' in servers) throw new Error(servers.problem);
      const clients = Array.from({ length: 40 }, () => createRedisClient(servers, 400));
      for (const client of clients) client.on('error', () => {});
      let asking: NodeJS.Timeout | undefined;
      const [dead] = (await primaries()) as [StoreMember];
      try {
        // A command connects a client that is not, and `connect()` then refuses.
        await Promise.all(clients.map((client) => client.connect()));
        asking = setInterval(() => {
          for (const client of clients) client.get('nothing').catch(() => {});
        }, 20);
        await dead.hands.kill();
        await delay(5000);
        const allReady = async () => clients.every(({ status }) => status === 'ready');
        await eventually(allReady, 'every client is connected again', TAKES_OVER_MS);
        await dead.hands.start();
        await eventually(
          async () => (await roleOf(dead)) === 'replica',
          'the dead one is a replica now',
          TAKES_OVER_MS,
        );
        await eventually(allReady, 'every client is connected still', TAKES_OVER_MS);
      } finally {
        clearInterval(asking);
        for (const client of clients) client.disconnect();
      }
    });

    it('does not start without a server, in bounded time, and says why', async function () {
      this.timeout(30_000);
      const url = stores.redisUrl.replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:1');
      const startedAt = performance.now();
      const result = await runEntry('main', {
        ...variables,
        AUTH_STRATEGY: 'session',
        PORT: '0',
        REDIS_BUCKET_SECRET: secretFrom('buckets').toString('base64url'),
        REDIS_URL: url,
      });
      expect(result.stderr).to.match(/^redis_unreachable: REDIS_URL: [^\n]+\n$/);
      expect(result.code).to.equal(1);
      expect(performance.now() - startedAt).to.be.below(15_000);
    });

    const refused = async (more: Variables) => {
      const result = await runEntry('main', {
        ...variables,
        ...{ AUTH_STRATEGY: 'session', PORT: '0' },
        REDIS_BUCKET_SECRET: secretFrom('buckets').toString('base64url'),
        ...more,
      });
      expect(result.code).to.equal(1);
      return result.stderr;
    };

    if (shape.startsWith('cluster')) {
      it('takes a secret for the slots of users, and is no single server', async function () {
        this.timeout(30_000);
        const [{ url }] = members() as [StoreMember];
        expect(await refused({ REDIS_URL: url })).to.match(
          /^redis_is_cluster: REDIS_URL is one node/,
        );
        expect(await refused({ REDIS_BUCKET_SECRET: '' })).to.match(
          /^config_invalid: REDIS_BUCKET_SECRET is required where REDIS_URL names a cluster/,
        );
        const single = workerStores().redisUrl.replace(/^redis:/, 'redis-cluster:');
        expect(await refused({ REDIS_URL: single })).to.include('no node of a Redis Cluster');
        const stranger = stores.redisUrl.replace(/:[^:@/]+@/, ':wrong@');
        const told = await refused({ REDIS_URL: stranger });
        expect(told).to.match(/^redis_unreachable: .*WRONGPASS/);
        expect(told).to.not.include('wrong@');
      });

      it('keeps the keys of a user in one slot, in slots that are equally far apart', async () => {
        const { tags } = createBuckets(secretFrom('buckets'));
        const slots = await withMember(members()[0] as StoreMember, (client) =>
          Promise.all(
            tags.map(async (tag) => Number(await client.call('CLUSTER', 'KEYSLOT', `s:${tag}x`))),
          ),
        );
        for (const [place, slot] of slots.entries()) {
          expect(Math.abs(slot - (place * 256 + 128))).to.be.at.most(20);
        }
      });

      it('is not asked for its slots again and again by a command that fails', async function () {
        this.timeout(60_000);
        const api = await start('session');
        const credentials = await logInMany(api);
        const asked = async () => {
          const counts = await Promise.all(
            members().map((member) =>
              withMember(member, async (client) => {
                const info = await client.info('commandstats');
                return Number(/cmdstat_cluster\|slots:calls=(\d+)/.exec(info)?.[1] ?? 0);
              }).catch(() => 0),
            ),
          );
          return counts.reduce((sum, count) => sum + count, 0);
        };
        const [, frozen] = (await primaries()) as [StoreMember, StoreMember];
        const others = members().filter((member) => member !== frozen);
        expect(others).to.have.length(5);
        const before = await asked();
        await frozen.hands.kill();
        const startedAt = performance.now();
        try {
          while (performance.now() - startedAt < 3000) await statuses(api, credentials);
        } finally {
          await frozen.hands.start();
        }
        const seconds = (performance.now() - startedAt) / 1000;
        expect((await asked()) - before).to.be.below(40 * seconds);
      });
    } else {
      it('says when the Sentinels know nothing of that name', async function () {
        this.timeout(30_000);
        const told = await refused({ REDIS_URL: stores.redisUrl.replace(/#.*/, '#another') });
        expect(told).to.match(/^redis_unreachable: REDIS_URL: [^\n]+\n$/);
      });
    }
  });
}
