import { expect } from 'chai';
import { credentialOf, expectProblem } from '../../support/api-client.js';
import { outlivesLogin } from '../../support/declared.js';
import { me, newcomer, postForm, type World } from '../world.js';

const NEW_PASSWORD = 'another good one';

/** That a change ends the other logins: revocation.ts. */
export function describePassword(world: World): void {
  describe('a change of password', () => {
    it('makes the old one worthless and answers with a credential that works', async () => {
      const { account, credential } = await newcomer(world.api, 'changer');
      const answer = await world.api.call('PUT', '/me/password', {
        credential,
        body: { currentPassword: account.password, newPassword: NEW_PASSWORD },
      });
      expect(answer.status).to.equal(200);
      const renewed = credentialOf(answer);
      const { control, onePerUser, revocation } = world.description;
      if (!control) {
        // One that is made from the user alone stays as it is, where nothing ends it.
        const same = onePerUser === true && revocation === 'never';
        expect(Object.values(renewed)[0] === Object.values(credential)[0]).to.equal(same);
      }
      const { id, email, name } = account;
      expect((await me(world.api, renewed)).body).to.deep.equal({ id, email, name });
      const old = await world.api.login(email, account.password);
      expectProblem(old, 401, 'login_failed');
      expect((await world.api.login(email, NEW_PASSWORD)).status).to.equal(200);
    });

    it('ends the login it came from as well, and lists the new one', async () => {
      const { account, credential } = await newcomer(world.api, 'changer');
      const answer = await world.api.call('PUT', '/me/password', {
        credential,
        body: { currentPassword: account.password, newPassword: NEW_PASSWORD },
      });
      const old = await me(world.api, credential);
      expect(old.status).to.equal(outlivesLogin(world.description) ? 200 : 401);
      if (world.description.listsLogins) {
        const list = await world.api.call('GET', '/auth/sessions', {
          credential: credentialOf(answer),
        });
        expect(list.body.items).to.have.length(1);
        expect(list.body.items[0]).to.include({ current: true });
      }
    });

    it('with a wrong current password changes and ends nothing', async () => {
      const { account, credential } = await newcomer(world.api, 'changer');
      const answer = await world.api.call('PUT', '/me/password', {
        credential,
        body: { currentPassword: 'not the password', newPassword: NEW_PASSWORD },
      });
      expectProblem(answer, 401, 'login_failed');
      expect(answer.headers.getSetCookie()).to.deep.equal([]);
      expect((await me(world.api, credential)).status).to.equal(200);
      expect((await world.api.login(account.email, account.password)).status).to.equal(200);
    });

    it('to one that is too short is refused before anything happens', async () => {
      const { account, credential } = await newcomer(world.api, 'changer');
      const answer = await world.api.call('PUT', '/me/password', {
        credential,
        body: { currentPassword: account.password, newPassword: 'short' },
      });
      expectProblem(answer, 422, 'validation_failed');
      expect((await me(world.api, credential)).status).to.equal(200);
    });

    it('cannot be used to guess the password', async () => {
      const { account, credential } = await newcomer(world.api, 'changer');
      const change = (currentPassword: string) =>
        world.api.call('PUT', '/me/password', {
          credential,
          body: { currentPassword, newPassword: NEW_PASSWORD },
        });
      const guesses = await Promise.all(
        Array.from({ length: 10 }, (_, guess) => change(`guess ${guess}`)),
      );
      expect(guesses.map(({ status }) => status)).to.deep.equal(Array(10).fill(401));
      expectProblem(await change(account.password), 429, 'too_many_logins');
    });

    if (world.description.refreshes) {
      it('makes refresh tokens worthless', async () => {
        const { account, answer, credential } = await newcomer(world.api, 'changer');
        await world.api.call('PUT', '/me/password', {
          credential,
          body: { currentPassword: account.password, newPassword: NEW_PASSWORD },
        });
        const { refresh_token } = answer.body;
        const refreshed = await world.api.call('POST', '/auth/refresh', {
          body: { refresh_token },
        });
        expectProblem(refreshed, 400, 'refresh_invalid');
        const granted = await postForm(world.api, '/auth/token', {
          grant_type: 'refresh_token',
          refresh_token,
        });
        expectProblem(granted, 400, 'refresh_invalid');
      });
    }
  });
}
