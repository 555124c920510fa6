import { expect } from 'chai';
import { type ApiClient, type Credential, expectProblem } from '../support/api-client.js';
import { outlivesLogin } from '../support/declared.js';
import { openServicesOnStores, type ServicesOnStores } from '../support/services-on-stores.js';
import { strategiesBy } from '../support/strategies-by.js';
import { me, newcomer } from './world.js';

const LOGINS_MAX = 3;

// One strategy for each way logins are kept: the variants of one share the code that counts them.
for (const { name, description } of await strategiesBy(({ listsLogins, stateIn, refreshes }) =>
  listsLogins ? `${stateIn} ${refreshes}` : undefined,
)) {
  describe(`the logins of one user under AUTH_STRATEGY=${name}`, () => {
    let services: ServicesOnStores;
    let api: ApiClient;

    before(async () => {
      services = await openServicesOnStores();
      api = await services.start({
        AUTH_STRATEGY: name,
        LOGINS_PER_USER_MAX: String(LOGINS_MAX),
      });
    });

    after(() => services?.close());

    it('are a few at most: one more ends the oldest', async () => {
      const { account, credential: oldest } = await newcomer(api, 'many');
      const others: Credential[] = [];
      for (let login = 0; login < LOGINS_MAX; login += 1) {
        others.push(await api.logIn(account));
      }
      const { body } = await api.call('GET', '/auth/sessions', { credential: others.at(-1) });
      expect(body.items).to.have.length(LOGINS_MAX);
      expect(body.items.at(-1)).to.include({ current: true });
      if (!outlivesLogin(description)) {
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
