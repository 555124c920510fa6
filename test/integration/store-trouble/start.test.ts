import { expect } from 'chai';
import type { Redis } from 'ioredis';
import { ApiClient, expectProblem } from '../../support/api-client.js';
import { eventually } from '../../support/eventually.js';
import { freeze, thaw } from '../../support/freeze.js';
import { type RunningService, runEntry, startService } from '../../support/service.js';
import { BUCKET_SECRET, connectTestRedis, TEST_REDIS } from '../../support/test-redis.js';
import { BACK_WITHIN_MS, startTroubledStores, type TroubledStores } from './fixture.js';

describe('an instance that starts while a store is in trouble', () => {
  let troubled: TroubledStores;

  before(async () => {
    troubled = await startTroubledStores();
  });

  after(async () => {
    await troubled?.stop();
  });

  it('counts failed logins in a Redis that came after the instance', async () => {
    let service: RunningService | undefined;
    let client: Redis | undefined;
    await troubled.redis.kill();
    try {
      service = await startService({
        AUTH_STRATEGY: 'jwt',
        DATABASE_URL: troubled.stores.databaseUrl,
        REDIS_URL: troubled.redis.url,
      });
      const api = new ApiClient(service.url);
      expectProblem(await api.login('a@example.test', 'wrong'), 401, 'login_failed');
      await troubled.redis.start();
      client = await connectTestRedis(troubled.redis.url);
      await eventually(
        async () => {
          await api.login('b@example.test', 'wrong');
          return ((await client?.keys('login:*')) ?? []).length > 0;
        },
        'a failure is counted in Redis',
        BACK_WITHIN_MS + 3000,
      );
    } finally {
      client?.disconnect();
      await service?.stop();
    }
  });

  // Of PostgreSQL a cluster changes nothing.
  const frozen = TEST_REDIS.kind === 'one' ? (['redis', 'postgres'] as const) : ['redis' as const];
  for (const store of frozen) {
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
          REDIS_BUCKET_SECRET: BUCKET_SECRET.toString('base64url'),
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
