import { expect } from 'chai';
import { strategies } from '../../src/auth/registry.js';
import { type Account, ApiClient, expectProblem } from '../support/api-client.js';
import { type RunningService, startService } from '../support/service.js';
import { createTestDatabase, createTestRedis, type TestDatabase } from '../support/stores.js';

for (const [name, loadModule] of Object.entries(strategies)) {
  const { description } = await loadModule();

  describe(`two instances under AUTH_STRATEGY=${name}`, () => {
    let database: TestDatabase;
    let redis: Awaited<ReturnType<typeof createTestRedis>>;
    let services: RunningService[] = [];
    let first: ApiClient;
    let second: ApiClient;
    let ada: Account;

    before(async () => {
      [database, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
      const variables = {
        AUTH_STRATEGY: name,
        DATABASE_URL: database.url,
        REDIS_URL: redis.url,
      };
      services = await Promise.all([startService(variables), startService(variables)]);
      [first, second] = services.map(({ url }) => new ApiClient(url)) as [ApiClient, ApiClient];
      ada = await first.register('ada');
    });

    after(async () => {
      await Promise.all(services.map((service) => service.stop()));
      await database?.drop();
      redis?.close();
    });

    it('both take a credential that one of them gave', async () => {
      const credential = await first.logIn(ada);
      for (const api of [first, second]) {
        const answer = await api.call('GET', '/me', { credential });
        expect(answer.status).to.equal(200);
        expect(answer.body.id).to.equal(ada.id);
      }
    });

    if (description.revocation === 'at-once') {
      it('both refuse it once the other ended it', async () => {
        const credential = await first.logIn(ada);
        await second.call('POST', '/auth/logout', { credential });
        const answer = await first.call('GET', '/me', { credential });
        expectProblem(answer, 401, 'credential_invalid');
      });
    }

    it('count failed logins together', async () => {
      const target = await first.register('target');
      for (let attempt = 0; attempt < 10; attempt += 1) {
        const api = attempt % 2 === 0 ? first : second;
        expectProblem(await api.login(target.email, 'a guess'), 401, 'login_failed');
      }
      expectProblem(await first.login(target.email, 'a guess'), 429, 'too_many_logins');
      expectProblem(await second.login(target.email, 'a guess'), 429, 'too_many_logins');
    });

    const perRequest = description.perRequest.redis;
    it(`ask Redis ${perRequest} times for each GET /me`, async () => {
      const credential = await first.logIn(ada);
      const requests = 50;
      const before = await commandsServed();
      for (let request = 0; request < requests; request += 1) {
        const answer = await second.call('GET', '/me', { credential });
        expect(answer.status).to.equal(200);
      }
      // The INFO of the count itself is one command.
      expect((await commandsServed()) - before - 1).to.equal(requests * perRequest);
    });

    it('ask no Redis at all on public routes', async () => {
      const before = await commandsServed();
      await first.register('public');
      await first.call('GET', '/livez');
      await first.call('GET', '/me');
      expect((await commandsServed()) - before - 1).to.equal(0);
    });

    /** Calls of all commands since the server started, as INFO counts them. */
    async function commandsServed(): Promise<number> {
      const info = await redis.client.info('commandstats');
      return [...info.matchAll(/calls=(\d+)/g)].reduce((sum, [, calls]) => sum + Number(calls), 0);
    }
  });
}
