import { expect } from 'chai';
import { strategies } from '../../src/auth/registry.js';
import { ApiClient, type Credential, expectProblem } from '../support/api-client.js';
import { type RunningService, startService } from '../support/service.js';
import { createTestDatabase, createTestRedis, type TestDatabase } from '../support/stores.js';
import { me, newcomer } from './world.js';

const LOGINS_MAX = 3;

// One strategy for each way logins are kept: the variants of one share the code that counts them.
const placesSeen = new Set<string>();
for (const [name, loadModule] of Object.entries(strategies)) {
  const { description } = await loadModule();
  const place = `${description.stateIn} ${description.refreshes}`;
  if (!description.listsLogins || placesSeen.has(place)) {
    continue;
  }
  placesSeen.add(place);

  describe(`the logins of one user under AUTH_STRATEGY=${name}`, () => {
    let database: TestDatabase;
    let redis: Awaited<ReturnType<typeof createTestRedis>>;
    let service: RunningService;
    let api: ApiClient;

    before(async () => {
      [database, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
      service = await startService({
        AUTH_STRATEGY: name,
        DATABASE_URL: database.url,
        REDIS_URL: redis.url,
        LOGINS_PER_USER_MAX: String(LOGINS_MAX),
      });
      api = new ApiClient(service.url);
    });

    after(async () => {
      await service?.stop();
      await database?.drop();
      redis?.close();
    });

    it('are a few at most: one more ends the oldest', async () => {
      const { account, credential: oldest } = await newcomer(api, 'many');
      const others: Credential[] = [];
      for (let login = 0; login < LOGINS_MAX; login += 1) {
        others.push(await api.logIn(account));
      }
      const { body } = await api.call('GET', '/auth/sessions', { credential: others.at(-1) });
      expect(body.items).to.have.length(LOGINS_MAX);
      expect(body.items.at(-1)).to.include({ current: true });
      if (description.revocation !== 'at-expiry') {
        expectProblem(await me(api, oldest), 401, 'credential_invalid');
      }
      expect((await me(api, others[0] as Credential)).status).to.equal(200);
    });

    it('of another user do not count', async () => {
      const { credential } = await newcomer(api, 'quiet');
      const { account } = await newcomer(api, 'busy');
      for (let login = 0; login < LOGINS_MAX; login += 1) {
        await api.logIn(account);
      }
      expect((await me(api, credential)).status).to.equal(200);
    });
  });
}
