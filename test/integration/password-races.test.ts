import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { strategies } from '../../src/auth/registry.js';
import type { StrategyModule } from '../../src/auth/strategy.js';
import { delegatedCredential } from '../contract/suites/delegation.js';
import {
  ACTOR,
  asOperator,
  delegateSession,
  exchange,
  me,
  newcomer,
  OPERATOR_TOKEN,
} from '../contract/world.js';
import {
  type Account,
  type Answer,
  ApiClient,
  type Credential,
  credentialOf,
  expectProblem,
} from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { createRedisGate } from '../support/redis-gate.js';
import { WHOLE_HASHES } from '../support/service.js';
import { createTestDatabase, createTestRedis, type TestDatabase } from '../support/stores.js';
import { strategiesBy } from '../support/strategies-by.js';
import { type StrategyServices, startCompanions } from '../support/strategy-services.js';
import type { TcpGate } from '../support/tcp-gate.js';

const NEW_PASSWORD = 'another good one';
/** Each race is run several times, with the other request a little later each time. */
const HEADSTARTS_MS = [15, 30];

// One strategy for each way logins are kept: the variants of one share the code that races.
for (const { name, description } of await strategiesBy(
  ({ control, carrier, stateIn, refreshes }) =>
    control ? undefined : `${carrier} ${stateIn} ${refreshes}`,
)) {
  describe(`a change of password that races, under AUTH_STRATEGY=${name}`, () => {
    let database: TestDatabase;
    let redis: Awaited<ReturnType<typeof createTestRedis>>;
    let redisGate: TcpGate;
    let services: StrategyServices;
    let apis: ApiClient[];
    let api: ApiClient;
    const keptElsewhere = description.stateIn === 'redis' || description.stateIn === 'authority';
    /** Another instance, where those share their logins. */
    let other: ApiClient;

    before(async () => {
      [database, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
      redisGate = await createRedisGate(redis.url);
      const module = await (strategies[name] as () => Promise<StrategyModule>)();
      services = await startCompanions(name, module, {
        ...WHOLE_HASHES,
        DATABASE_URL: database.url,
        REDIS_URL: redisGate.url,
        OPERATOR_TOKEN,
        DELEGATE_CLIENTS: ACTOR,
        STORE_TIMEOUT_MS: '5000',
      });
      const running = await Promise.all([services.start(), services.start()]);
      apis = running.map(({ url }) => new ApiClient(url));
      [api, other] = apis as [ApiClient, ApiClient];
      if (!description.sharedByInstances) {
        other = api;
      }
    });

    after(async () => {
      await services?.stop();
      await redisGate?.shut();
      await database?.drop();
      redis?.close();
    });

    const change = (account: Account, credential: Credential) =>
      api.call('PUT', '/me/password', {
        credential,
        body: { currentPassword: account.password, newPassword: NEW_PASSWORD },
      });

    /** That one of the two passwords opens the account, as the answer said. */
    async function expectPassword(account: Account, { status }: Answer): Promise<void> {
      const [right, wrong] =
        status === 200 ? [NEW_PASSWORD, account.password] : [account.password, NEW_PASSWORD];
      expect((await other.login(account.email, right)).status).to.equal(200);
      expectProblem(await other.login(account.email, wrong), 401, 'login_failed');
    }

    /** That what was got before the change is worth nothing, as far as that is declared. */
    async function expectEnded(credentials: readonly Credential[]): Promise<void> {
      if (description.revocation === 'at-once') {
        for (const credential of credentials) {
          expectProblem(await me(other, credential), 401, 'credential_invalid');
        }
      }
    }

    for (const headstart of HEADSTARTS_MS) {
      it(`with all that makes a credential, after ${headstart} ms: only its own one lives`, async () => {
        const { account, answer, credential } = await newcomer(api, 'racer');
        const second = await other.login(account.email, account.password);
        const changing = change(account, credential);
        await delay(headstart);
        const refresh = (from: Answer) =>
          other.call('POST', '/auth/refresh', {
            body: { refresh_token: from.body.refresh_token },
          });
        const [logins, refreshes, delegates] = await Promise.all([
          Promise.all([other.login(account.email, account.password)]),
          Promise.all(description.refreshes ? [refresh(answer), refresh(second)] : []),
          Promise.all(
            description.delegation === 'token-exchange'
              ? [exchange(other, credentialOf(second))]
              : description.delegation === 'scoped-session'
                ? [delegateSession(other, credentialOf(second))]
                : [],
          ),
        ]);
        const changed = await changing;
        expect(changed.status, JSON.stringify(changed.body)).to.equal(200);
        const own = credentialOf(changed);
        for (const each of [api, other]) {
          expect((await me(each, own)).status).to.equal(200);
        }
        const good = ({ status }: Answer) => status === 200 || status === 201;
        await expectEnded([
          credential,
          ...[second, ...logins, ...refreshes].filter(good).map(credentialOf),
        ]);
        for (const delegate of delegates.filter(good).map(delegatedCredential)) {
          if (description.revocation === 'at-once') {
            const write = await other.call('POST', '/posts', {
              credential: delegate,
              body: { title: 'Late', body: 'By somebody else' },
            });
            expectProblem(write, 401, 'credential_invalid');
          }
        }
        for (const made of [answer, second, ...logins, ...refreshes].filter(
          ({ body }) => body.refresh_token !== undefined,
        )) {
          expectProblem(await refresh(made), 400, 'refresh_invalid');
        }
        if (description.refreshes) {
          expect((await refresh(changed)).status).to.equal(200);
        }
        await expectPassword(account, changed);
      });

      it(`with the operator who shuts the account, after ${headstart} ms: nothing is open`, async () => {
        const { account, answer, credential } = await newcomer(api, 'racer');
        const changing = change(account, credential);
        await delay(headstart);
        const path = `/users/${account.id}`;
        expect((await asOperator(other, `${path}/disable`)).status).to.equal(204);
        const changed = await changing;
        expect(changed.status).to.be.oneOf([200, 401]);
        const got = [answer, changed].filter(({ status }) => status === 200);
        await expectEnded([credential, ...got.map(credentialOf)]);
        for (const { body } of description.refreshes ? got : []) {
          const refused = await api.call('POST', '/auth/refresh', {
            body: { refresh_token: body.refresh_token },
          });
          expectProblem(refused, 400, 'refresh_invalid');
        }
        for (const password of [account.password, NEW_PASSWORD]) {
          expectProblem(await api.login(account.email, password), 401, 'login_failed');
        }
        expect((await asOperator(api, `${path}/enable`)).status).to.equal(204);
        await expectEnded([credential, ...got.map(credentialOf)]);
        await expectPassword(account, await whichPassword(account, changed));
      });

      if (description.listsLogins) {
        it(`with the end of all logins, after ${headstart} ms: its own login lives if it was later`, async () => {
          const { account, credential } = await newcomer(api, 'racer');
          const second = await other.logIn(account);
          const changing = change(account, credential);
          await delay(headstart);
          const ended = await other.call('DELETE', '/auth/sessions', { credential: second });
          const changed = await changing;
          expect(ended.status).to.be.oneOf([204, 401]);
          expect(changed.status).to.be.oneOf([200, 401]);
          await expectEnded([credential, second]);
          if (changed.status === 200) {
            expect((await me(api, credentialOf(changed))).status).to.equal(200);
          }
          await expectPassword(account, changed);
        });
      }
    }

    /** A change that the operator overtook at its end was made all the same. */
    async function whichPassword(account: Account, changed: Answer): Promise<Answer> {
      return changed.status === 200 ? changed : await api.login(account.email, NEW_PASSWORD);
    }

    it('leaves all as it was where the logins cannot be ended: Redis went away in the middle', async () => {
      const { account, credential } = await newcomer(api, 'racer');
      const unlock = await database.lockRow('users', account.id);
      const changing = change(account, credential);
      // By now the password was right, and its change is about to begin.
      await delay(400);
      await redisGate.shut();
      await unlock();
      const changed = await changing;
      await redisGate.open();
      expect(changed.status).to.equal(keptElsewhere ? 503 : 200);
      expect(changed.headers.getSetCookie()).to.have.length(
        changed.status === 200 && description.carrier === 'cookie' ? 1 : 0,
      );
      await isBack(changed.status === 200 ? credentialOf(changed) : credential);
      await expectPassword(account, changed);
    });

    it('is not half made where Redis freezes in the middle and thaws later', async () => {
      const { account, credential } = await newcomer(api, 'racer');
      const second = await other.logIn(account);
      const unlock = await database.lockRow('users', account.id);
      const changing = change(account, credential);
      await delay(400);
      const thaw = redisGate.freeze();
      await unlock();
      let changed: Answer;
      try {
        changed = await changing;
      } finally {
        thaw();
      }
      expect(changed.status, JSON.stringify(changed.body)).to.equal(keptElsewhere ? 503 : 200);
      // What was sent before the ice may be done after it: logins may have ended, and no more than that.
      const made = changed.status === 200 || /was changed/.test(changed.body.detail ?? '');
      const password = made ? NEW_PASSWORD : account.password;
      await eventually(
        async () => (await other.login(account.email, password)).status === 200,
        'its password logs in',
      );
      await expectPassword(account, made ? { ...changed, status: 200 } : changed);
      if (made) {
        await expectEnded([credential, second]);
      }
      // And nobody is barred from the next change.
      const again = await change(
        { ...account, password },
        await other.logIn({ ...account, password }),
      );
      expect(again.status, JSON.stringify(again.body)).to.equal(200);
    }).timeout(30_000);

    it('says that it was made where its login could not be: Redis is full', async () => {
      const { account, credential } = await newcomer(api, 'racer');
      const second = await other.logIn(account);
      await redis.client.config('SET', 'maxmemory', '1');
      let changed: Answer;
      try {
        changed = await change(account, credential);
      } finally {
        await redis.client.config('SET', 'maxmemory', '0');
      }
      if (!keptElsewhere) {
        expect(changed.status).to.equal(200);
        return;
      }
      expect(changed.status, JSON.stringify(changed.body)).to.equal(503);
      expect(changed.headers.getSetCookie()).to.deep.equal([]);
      // A denylist could not even be written, so nothing was done.
      const made = /was changed/.test(changed.body.detail ?? '');
      expect(made).to.equal(!description.refreshes);
      if (made) {
        await expectEnded([credential, second]);
      } else {
        await isBack(credential);
        await isBack(second);
      }
      await expectPassword(account, made ? { ...changed, status: 200 } : changed);
    });

    it('bars nobody from logging in whose account was shut meanwhile and opened again', async () => {
      const { account } = await newcomer(api, 'racer');
      // As a process leaves it that died while it changed the password.
      await database.query('UPDATE users SET password_change_until = $1 WHERE id = $2', [
        new Date(Date.now() + 60_000),
        account.id,
      ]);
      for (const what of ['disable', 'enable']) {
        expect((await asOperator(api, `/users/${account.id}/${what}`)).status).to.equal(204);
      }
      expect((await api.login(account.email, account.password)).status).to.equal(200);
    });

    async function isBack(credential: Credential): Promise<void> {
      await eventually(async () => (await me(other, credential)).status === 200, 'it works again');
    }
  });
}
