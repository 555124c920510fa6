import { hash } from '@node-rs/argon2';
import { expect } from 'chai';
import { credentialOf, expectProblem } from '../../support/api-client.js';
import { outlivesLogin } from '../../support/declared.js';
import { me, newcomer, postForm, type World } from '../world.js';

const NEW_PASSWORD = 'another good one';

/** That a change ends the other logins: revocation.ts. */
export function describePassword(world: World): void {
  describe('a password', () => {
    const composed = 'caf\u00e9 au\u00a0lait 1';
    const decomposed = 'cafe\u0301 au lait 1';

    it('is one, in whatever normal form and with whatever spaces it is typed', async () => {
      const email = `cafe-${Date.now()}@example.test`;
      const registered = await world.api.call('POST', '/users', {
        body: { email, name: 'Café', password: composed },
      });
      expect(registered.status).to.equal(201);
      for (const typed of [composed, decomposed]) {
        expect((await world.api.login(email, typed)).status).to.equal(200);
      }
      expectProblem(await world.api.login(email, 'cafe au lait 1'), 401, 'login_failed');
      const renewed = await world.api.call('PUT', '/me/password', {
        credential: credentialOf(await world.api.login(email, composed)),
        body: { currentPassword: decomposed, newPassword: 'Å long enough'.normalize('NFD') },
      });
      expect(renewed.status).to.equal(200);
      expect((await world.api.login(email, '\u212b long enough')).status).to.equal(200);
    });

    it('with half a surrogate pair is refused wherever one is taken', async () => {
      const email = `half-${Date.now()}@example.test`;
      const password = 'pass phrase \ud83d';
      const registered = await world.api.call('POST', '/users', {
        body: { email, name: 'Half', password },
      });
      expectProblem(registered, 422, 'validation_failed');
      expectProblem(await world.api.login(world.ada.email, password), 422, 'validation_failed');
    });

    it('that was hashed as it came still opens its account, and after it the normal form does', async () => {
      const { account } = await newcomer(world.api, 'early');
      const old = `${decomposed}\u00a0`;
      await world.database.query('UPDATE users SET password_hash = $1 WHERE id = $2', [
        await hash(old),
        account.id,
      ]);
      expectProblem(await world.api.login(account.email, composed), 401, 'login_failed');
      expect((await world.api.login(account.email, old)).status).to.equal(200);
      expect((await world.api.login(account.email, `${composed} `)).status).to.equal(200);
      // No longer taken for a new one.
      for (const odd of ['old\tpassword', 'old \u{e0fff}password']) {
        await world.database.query('UPDATE users SET password_hash = $1 WHERE id = $2', [
          await hash(odd),
          account.id,
        ]);
        for (const _ of ['once', 'twice']) {
          expect((await world.api.login(account.email, odd)).status).to.equal(200);
        }
      }
    });
  });

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

    it('is carried out once of eight at the same moment, and its new login works', async () => {
      const { account, credential } = await newcomer(world.api, 'changer');
      const { sharedByInstances, control } = world.description;
      const others = sharedByInstances ? [world.api, world.second] : [world.api];
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, number) =>
          (others[number % others.length] as typeof world.api).call('PUT', '/me/password', {
            credential,
            body: { currentPassword: account.password, newPassword: `pass phrase ${number}` },
          }),
        ),
      );
      const winners = answers.filter(({ status }) => status === 200);
      expect(winners, JSON.stringify(answers.map(({ status }) => status))).to.have.length(1);
      for (const { status, body } of answers) {
        if (status !== 200) {
          expect(status).to.equal(401);
          expect(body.code).to.be.oneOf(['login_failed', 'credential_invalid']);
        }
      }
      const [winner] = winners as [(typeof answers)[number]];
      for (const api of others) {
        expect((await me(api, credentialOf(winner))).status).to.equal(200);
      }
      const newPassword = `pass phrase ${answers.indexOf(winner)}`;
      expect((await world.api.login(account.email, newPassword)).status).to.equal(200);
      if (!control) {
        expectProblem(await world.api.login(account.email, account.password), 401, 'login_failed');
      }
    });

    it('that races with logins leaves none with the old password', async () => {
      const { account, credential } = await newcomer(world.api, 'changer');
      const [changed, ...logins] = await Promise.all([
        world.api.call('PUT', '/me/password', {
          credential,
          body: { currentPassword: account.password, newPassword: NEW_PASSWORD },
        }),
        ...Array.from({ length: 4 }, () => world.second.login(account.email, account.password)),
      ]);
      expect(changed.status).to.equal(200);
      expect((await me(world.api, credentialOf(changed))).status).to.equal(200);
      for (const login of logins) {
        if (login.status === 200 && world.description.revocation === 'at-once') {
          expectProblem(await me(world.api, credentialOf(login)), 401, 'credential_invalid');
        }
      }
      if (world.description.listsLogins && world.description.sharedByInstances) {
        const list = await world.api.call('GET', '/auth/sessions', {
          credential: credentialOf(changed),
        });
        expect(list.body.items).to.have.length(1);
      }
    });

    it('refuses a new one that is no text, or has too few characters', async () => {
      const { account, credential } = await newcomer(world.api, 'changer');
      for (const newPassword of [
        'pass phrase \ud800',
        'pass\tphrase',
        'pass\u0085phrase',
        // A noncharacter, and a code point that nobody has assigned.
        'pass\uffffphrase',
        'pass\u{e0fff}phrase',
        'e\u0301'.repeat(7),
        '',
      ]) {
        const answer = await world.api.call('PUT', '/me/password', {
          credential,
          body: { currentPassword: account.password, newPassword },
        });
        expectProblem(answer, 422, 'validation_failed');
      }
      expect((await me(world.api, credential)).status).to.equal(200);
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
