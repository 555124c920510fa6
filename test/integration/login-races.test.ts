import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { asOperator, delegateSession, me, newcomer, OPERATOR_TOKEN } from '../contract/world.js';
import { type Account, ApiClient, type Credential, expectProblem } from '../support/api-client.js';
import { outlivesLogin } from '../support/declared.js';
import { holdRequest } from '../support/held-request.js';
import {
  type RunningService,
  startService,
  type Variables,
  WHOLE_HASHES,
} from '../support/service.js';
import { createTestDatabase, createTestRedis, type TestDatabase } from '../support/stores.js';
import { strategiesBy } from '../support/strategies-by.js';

const IDLE_SECONDS = 2;
const TEXT = { title: 'Late', body: 'Its body came after the logout.' };

// One strategy for each way logins are kept: the variants of one share the code that races.
for (const { name, description } of await strategiesBy(
  ({ control, carrier, stateIn, refreshes }) =>
    control ? undefined : `${carrier} ${stateIn} ${refreshes}`,
)) {
  describe(`requests that overtake each other under AUTH_STRATEGY=${name}`, () => {
    let database: TestDatabase;
    let redis: Awaited<ReturnType<typeof createTestRedis>>;
    let variables: Variables;
    let service: RunningService;
    let api: ApiClient;

    before(async () => {
      [database, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
      variables = {
        ...WHOLE_HASHES,
        AUTH_STRATEGY: name,
        DATABASE_URL: database.url,
        REDIS_URL: redis.url,
        OPERATOR_TOKEN,
        // One hash after the other, so that a login can be kept waiting.
        PASSWORD_HASH_CONCURRENCY: '1',
        PASSWORD_HASH_QUEUE: '500',
      };
      service = await startService(variables);
      api = new ApiClient(service.url);
    });

    after(async () => {
      await service?.stop();
      await database?.drop();
      redis?.close();
    });

    if (!outlivesLogin(description)) {
      it('cannot bring a login back: one held open across its logout', async () => {
        const short = await startService({
          ...variables,
          SESSION_IDLE_SECONDS: String(IDLE_SECONDS),
        });
        try {
          await holdAcrossLogout(new ApiClient(short.url));
        } finally {
          await short.stop();
        }
      });
    }

    if (description.delegation === 'scoped-session') {
      it('cannot hand on what ended while they were held open', async () => {
        const { account, credential } = await newcomer(api, 'racer');
        const held = await hold('/auth/sessions/delegated', credential);
        await api.call('DELETE', '/auth/sessions', { credential });
        const answer = await held.finish({ client: 'post-scheduler', scope: ['posts:write'] });
        expect(answer.status).to.equal(401);
        expect(answer.body).to.include({ code: 'credential_invalid' });
        const list = await api.call('GET', '/auth/sessions', {
          credential: await api.logIn(account),
        });
        expect(list.body.items).to.have.length(1);
        // In order it works.
        const fresh = await api.logIn(account);
        expect((await delegateSession(api, fresh)).status).to.equal(201);
      });
    }

    it('a login on its way fails when the account is shut meanwhile', async () => {
      const { account, answer } = await overtakeLogin(async ({ id }) => {
        expect((await asOperator(api, `/users/${id}/disable`)).status).to.equal(204);
      });
      expectProblem(answer, 401, 'login_failed');
      expect(answer.headers.getSetCookie()).to.deep.equal([]);
      await asOperator(api, `/users/${account.id}/enable`);
      await expectLogins(account, 1);
    });

    it('a login on its way fails when the password changes meanwhile', async () => {
      // As a change of password on another instance does it.
      const { account, answer } = await overtakeLogin(async ({ id }) => {
        await database.query(
          'UPDATE users SET credentials_version = credentials_version + 1 WHERE id = $1',
          [id],
        );
      });
      expectProblem(answer, 401, 'login_failed');
      expect(answer.headers.getSetCookie()).to.deep.equal([]);
      // That of `newcomer`, which the statement did not end, and the one that asks.
      await expectLogins(account, 2);
    });

    it('a login that cannot be told to be current leaves nothing behind', async () => {
      const { account, answer } = await overtakeLogin(() => database.lockTable('users'));
      expectProblem(answer, 503, 'database_unavailable');
      expect(answer.headers.getSetCookie()).to.deep.equal([]);
      // Where logins are in the same database, one that nobody has the token of may stay.
      if (!description.refreshes) {
        await expectLogins(account, 2);
      }
    });

    async function holdAcrossLogout(client: ApiClient): Promise<void> {
      const { account, credential } = await newcomer(client, 'racer');
      if (description.carrier === 'cookie') {
        // Into the second half of the idle time: the next request renews.
        await delay((IDLE_SECONDS * 1000) / 2 + 100);
      }
      const held = await hold('/posts', credential, client);
      const logout = await client.call('POST', '/auth/logout', { credential });
      expect(logout.status).to.equal(204);

      // Longer than the body of an honest client takes.
      await delay(300);
      const { status, cookies } = await held.finish(TEXT);
      expect(status, 'nothing is written for a login that has ended').to.equal(401);
      expect(cookies.length).to.equal(description.carrier === 'cookie' ? 1 : 0);
      for (const sent of [credential, ...cookies.map((text) => ({ cookie: text.split(';')[0] }))]) {
        expectProblem(await me(client, sent as Credential), 401, 'credential_invalid');
      }
      const list = await client.call('GET', '/auth/sessions', {
        credential: await client.logIn(account),
      });
      expect(list.body.items).to.have.length(1);
    }

    /** Resolves when the service has read who is asking; the body is still to come. */
    async function hold(path: string, credential: Credential, client = api) {
      const held = await holdRequest(`${client.url}${path}`, 'POST', credential);
      await delay(100);
      return held;
    }

    /**
     * Does something while a login is on its way: its user was read, its password waits behind others.
     * On a busy machine the login may be read too late or be answered too early; then once more, with
     * more of the others. A service that looks at the user once only fails every time.
     */
    async function overtakeLogin(
      interfere: (account: Account) => Promise<void | (() => Promise<void>)>,
    ) {
      for (const others of [16, 60, 150]) {
        const { account } = await newcomer(api, 'racer');
        // Whether they succeed is of no interest.
        const waiting = Promise.allSettled(
          Array.from({ length: others }, () => api.register('other')),
        );
        await delay(40);
        let answered = false;
        const login = api.login(account.email, account.password).finally(() => {
          answered = true;
        });
        await delay(others * 5);
        const undo = await interfere(account);
        const inTime = !answered;
        const answer = await login;
        await undo?.();
        await waiting;
        if (inTime && answer.status !== 200) {
          return { account, answer };
        }
      }
      throw new Error('no login failed that was overtaken');
    }

    async function expectLogins(account: Account, count: number): Promise<void> {
      if (description.listsLogins) {
        const credential = await api.logIn(account);
        const list = await api.call('GET', '/auth/sessions', { credential });
        expect(list.body.items).to.have.length(count);
      }
    }
  });
}
