import { expect } from 'chai';
import { Redis } from 'ioredis';
import { ApiClient, expectProblem } from '../../support/api-client.js';
import { eventually } from '../../support/eventually.js';
import { freeze, thaw } from '../../support/freeze.js';
import { runEntry, startService } from '../../support/service.js';
import { createTcpGate } from '../../support/tcp-gate.js';
import { startTroubledStores, type TroubledStores } from './fixture.js';

describe('an instance that starts while a store is in trouble', () => {
  let troubled: TroubledStores;

  before(async () => {
    troubled = await startTroubledStores();
  });

  after(async () => {
    await troubled?.stop();
  });

  it('counts failed logins in a Redis that came after the instance', async () => {
    const gate = await createTcpGate(troubled.redis.url);
    await gate.shut();
    const client = new Redis(troubled.redis.url);
    const service = await startService({
      AUTH_STRATEGY: 'jwt',
      DATABASE_URL: troubled.stores.databaseUrl,
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
      const pid = troubled.stores.database.pid as number;
      if (store === 'redis') troubled.redis.freeze();
      else freeze(pid);
      try {
        const result = await runEntry('main', {
          AUTH_STRATEGY: 'session',
          PORT: '0',
          DATABASE_URL: troubled.stores.databaseUrl,
          REDIS_URL: troubled.redis.url,
        });
        expect(result.code).to.equal(1);
        const code = store === 'redis' ? 'redis_unreachable' : 'database_unreachable';
        expect(result.stderr).to.match(new RegExp(`^${code}: [^\\n]+\\n$`));
      } finally {
        troubled.redis.thaw();
        thaw(pid);
      }
    });
  }
});
