import { expect } from 'chai';
import { Redis } from 'ioredis';
import { type Stores, startStores } from '../../bench/services/stores.js';
import { strategies } from '../../src/auth/registry.js';
import {
  type Account,
  type Answer,
  ApiClient,
  type Credential,
  expectProblem,
} from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { freeze, thaw } from '../support/freeze.js';
import { type RunningService, runEntry, startService } from '../support/service.js';
import { createTcpGate, type TcpGate } from '../support/tcp-gate.js';

/** What a client waits at most while a store is away. */
const ANSWER_WITHIN_MS = 500;
const BACK_WITHIN_MS = 2000;

const declared = await Promise.all(
  Object.entries(strategies).map(async ([name, load]) => ({
    name,
    description: (await load()).description,
  })),
);

describe('when a store is in trouble', () => {
  // Servers of this suite's own: others must not feel them freeze.
  let stores: Stores;

  before(async () => {
    const environment = { ...process.env };
    delete environment.DATABASE_URL;
    delete environment.REDIS_URL;
    stores = await startStores({ environment });
    const migrated = await runEntry('migrate', { DATABASE_URL: stores.databaseUrl });
    expect(migrated.stderr).to.equal('');
  });

  after(async () => {
    await stores?.stop();
  });

  for (const { name, description } of declared) {
    describe(`under AUTH_STRATEGY=${name}`, () => {
      let redisGate: TcpGate;
      let databaseGate: TcpGate;
      let service: RunningService;
      let api: ApiClient;
      let ada: Account;
      let credential: Credential;

      before(async () => {
        [redisGate, databaseGate] = await Promise.all([
          createTcpGate(stores.redisUrl),
          createTcpGate(stores.databaseUrl),
        ]);
        service = await startService({
          AUTH_STRATEGY: name,
          DATABASE_URL: databaseGate.url,
          REDIS_URL: redisGate.url,
        });
        api = new ApiClient(service.url);
        ada = await api.register('ada');
        credential = await api.logIn(ada);
      });

      after(async () => {
        await service?.stop();
        await Promise.all([redisGate?.shut(), databaseGate?.shut()]);
      });

      async function inTime(request: Promise<Answer>): Promise<Answer> {
        const startedAt = performance.now();
        const answer = await request;
        expect(performance.now() - startedAt, 'milliseconds').to.be.below(ANSWER_WITHIN_MS);
        return answer;
      }

      const me = () => api.call('GET', '/me', { credential });
      const list = () => api.call('GET', '/posts?limit=1', { credential });
      const ready = () => api.call('GET', '/readyz');
      const register = () =>
        api.call('POST', '/users', {
          body: { email: `r${Math.random()}@example.test`, name: 'R', password: 'long enough' },
        });

      const isBack = () =>
        eventually(
          async () => {
            const answers = await Promise.all([
              me(),
              list(),
              ready(),
              api.login(ada.email, ada.password),
            ]);
            return answers.every(({ status }) => status === 200);
          },
          'everything works again',
          BACK_WITHIN_MS,
        );

      async function expectUnavailable(answer: Answer, code: string): Promise<void> {
        expectProblem(answer, 503, code);
        expect(answer.headers.get('retry-after')).to.equal('1');
      }

      async function expectWithoutRedis(): Promise<void> {
        const needed = description.perRequest.redis > 0;
        // The first finds out, the others know already.
        for (let attempt = 0; attempt < 3; attempt += 1) {
          const answer = await inTime(me());
          if (needed) {
            await expectUnavailable(answer, 'redis_unavailable');
          } else {
            expect(answer.status).to.equal(200);
          }
        }
        const many = await Promise.all(Array.from({ length: 20 }, () => inTime(me())));
        expect(new Set(many.map(({ status }) => status))).to.deep.equal(
          new Set([needed ? 503 : 200]),
        );
        const login = await inTime(api.login(ada.email, ada.password));
        expect(login.status, JSON.stringify(login.body)).to.equal(needed ? 503 : 200);
        expect((await inTime(ready())).status).to.equal(needed ? 503 : 200);
        expect((await inTime(api.call('GET', '/livez'))).status).to.equal(200);
        expect((await inTime(register())).status, 'a public route').to.equal(201);
      }

      async function expectWithoutDatabase(): Promise<void> {
        await expectUnavailable(await inTime(list()), 'database_unavailable');
        const many = await Promise.all(Array.from({ length: 30 }, () => inTime(list())));
        for (const answer of many) {
          await expectUnavailable(answer, 'database_unavailable');
        }
        const login = await inTime(api.login(ada.email, ada.password));
        await expectUnavailable(login, 'database_unavailable');
        await expectUnavailable(await inTime(ready()), 'database_unavailable');
        expect((await inTime(api.call('GET', '/livez'))).status).to.equal(200);
        expect((await inTime(me())).status, 'GET /me reads no database').to.equal(200);
      }

      it('answers in time while Redis is down, and works again when it is back', async () => {
        await redisGate.shut();
        try {
          await expectWithoutRedis();
        } finally {
          await redisGate.open();
        }
        await isBack();
      });

      it('answers in time while Redis is frozen, and works again when it thaws', async () => {
        freeze(stores.redis.pid as number);
        try {
          await expectWithoutRedis();
        } finally {
          thaw(stores.redis.pid as number);
        }
        await isBack();
      });

      it('answers a login in time when Redis froze a moment ago', async () => {
        freeze(stores.redis.pid as number);
        try {
          const login = await inTime(api.login(ada.email, ada.password));
          expect(login.status).to.equal(description.perRequest.redis > 0 ? 503 : 200);
        } finally {
          thaw(stores.redis.pid as number);
        }
        await isBack();
      });

      it('answers in time while PostgreSQL is down, and works again when it is back', async () => {
        await databaseGate.shut();
        try {
          await expectWithoutDatabase();
        } finally {
          await databaseGate.open();
        }
        await isBack();
      });

      it('answers in time while PostgreSQL is frozen, and keeps no connection stuck after it thaws', async () => {
        freeze(stores.postgres.pid as number);
        try {
          await expectWithoutDatabase();
        } finally {
          thaw(stores.postgres.pid as number);
        }
        await isBack();
        // More at once than the pool has connections: a stuck one would show.
        const many = await Promise.all(Array.from({ length: 40 }, () => list()));
        expect(new Set(many.map(({ status }) => status))).to.deep.equal(new Set([200]));
      });
    });
  }

  it('counts failed logins in a Redis that came after the instance', async () => {
    const gate = await createTcpGate(stores.redisUrl);
    await gate.shut();
    const client = new Redis(stores.redisUrl);
    const service = await startService({
      AUTH_STRATEGY: 'jwt',
      DATABASE_URL: stores.databaseUrl,
      REDIS_URL: gate.url,
    });
    try {
      const api = new ApiClient(service.url);
      await client.flushdb();
      expectProblem(await api.login('a@example.test', 'wrong'), 401, 'login_failed');
      expect(await client.keys('login:*')).to.deep.equal([]);
      await gate.open();
      await eventually(async () => {
        await api.login('b@example.test', 'wrong');
        return (await client.keys('login:*')).length > 0;
      }, 'a failure is counted in Redis');
    } finally {
      client.disconnect();
      await service.stop();
      await gate.shut();
    }
  });

  for (const store of ['redis', 'postgres'] as const) {
    it(`does not start, and says so, while ${store} is frozen`, async () => {
      freeze(stores[store].pid as number);
      try {
        const result = await runEntry('main', {
          AUTH_STRATEGY: 'session',
          PORT: '0',
          DATABASE_URL: stores.databaseUrl,
          REDIS_URL: stores.redisUrl,
        });
        expect(result.code).to.equal(1);
        const code = store === 'redis' ? 'redis_unreachable' : 'database_unreachable';
        expect(result.stderr).to.match(new RegExp(`^${code}: [^\\n]+\\n$`));
      } finally {
        thaw(stores[store].pid as number);
      }
    });
  }

  it('takes a good session for what it is again after a Redis that was frozen: never a wrong 401', async () => {
    const service = await startService({
      AUTH_STRATEGY: 'session',
      DATABASE_URL: stores.databaseUrl,
      REDIS_URL: stores.redisUrl,
    });
    try {
      const api = new ApiClient(service.url);
      const credential = await api.logIn(await api.register('steady'));
      const statuses = new Set<number>();
      const ask = async () => {
        statuses.add((await api.call('GET', '/me', { credential })).status);
      };
      freeze(stores.redis.pid as number);
      await Promise.all(Array.from({ length: 10 }, ask));
      thaw(stores.redis.pid as number);
      await eventually(async () => {
        await ask();
        return statuses.has(200);
      }, 'the session works again');
      expect([...statuses]).to.have.members([503, 200]);
    } finally {
      await service.stop();
    }
  });
});
