import { expect } from 'chai';
import { type ApiClient, type Credential, expectProblem } from '../support/api-client.js';
import { outlivesLogin } from '../support/declared.js';
import { openServicesOnStores, type ServicesOnStores } from '../support/services-on-stores.js';
import { strategiesBy } from '../support/strategies-by.js';
import { delegatedCredential } from './suites/delegation.js';
import { delegateSession, exchange, me, newcomer } from './world.js';

const LOGINS_MAX = 3;
const CLIENTS = ['post-scheduler', 'other-client'];

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
        DELEGATE_CLIENTS: CLIENTS.join(),
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

    it('that begin at the same moment are no more than that', async () => {
      const { account } = await newcomer(api, 'parallel');
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => api.login(account.email, account.password)),
      );
      expect(answers.map(({ status }) => status)).to.deep.equal(Array(8).fill(200));
      const credential = await api.logIn(account);
      const { body } = await api.call('GET', '/auth/sessions', { credential });
      expect(body.items).to.have.length(LOGINS_MAX);
    });

    it('are not ended by what is handed on, nor what one client holds by another', async () => {
      const { account, credential } = await newcomer(api, 'giver');
      const handOn = async (client: string) => {
        const answer =
          description.delegation === 'token-exchange'
            ? await exchange(api, credential, { client_id: client })
            : await delegateSession(api, credential, { client });
        expect(answer.status, JSON.stringify(answer.body)).to.be.oneOf([200, 201]);
        return delegatedCredential(answer);
      };
      const may = async (holder: Credential) =>
        (await api.call('GET', '/auth/principal', { credential: holder })).status;
      const [one = '', other = ''] = CLIENTS;
      const first = await handOn(one);
      const second = await handOn(other);
      for (let more = 0; more < LOGINS_MAX; more += 1) {
        await handOn(one);
      }
      expect((await me(api, credential)).status).to.equal(200);
      expect(await may(second)).to.equal(200);
      // Tokens that nobody keeps a list of are limited by their short life alone.
      expect(await may(first)).to.equal(description.refreshes ? 200 : 401);

      // Nor the other way round.
      for (let login = 1; login < LOGINS_MAX; login += 1) {
        await api.logIn(account);
      }
      expect(await may(second)).to.equal(200);
      expect((await me(api, credential)).status).to.equal(200);
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
