import { expect } from 'chai';
import { expectProblem } from '../../support/api-client.js';
import { type AttackFamily, afterRevocation, everywhere, type Outcome } from '../attack.js';
import { type AttackTarget, OPERATOR_TOKEN, type Victim } from '../target.js';

/** A copied credential is used after its owner ended it. */
export const replay: AttackFamily = {
  name: 'replay',
  attacks: [
    {
      title: 'a copy used after its owner logged out',
      outcome: afterRevocation,
      run: async (target, outcome) => {
        const victim = await target.victim();
        const { credential } = victim;
        const answer = await target.api.call('POST', '/auth/logout', { credential });
        expect(answer.status).to.equal(204);
        await expectEnded(target, victim, outcome);
      },
    },
    {
      title: 'a copy used after its owner logged out everywhere',
      outcome: afterRevocation,
      run: async (target, outcome) => {
        const [first, second] = await twoLogins(target);
        const answer = await target.api.call('DELETE', '/auth/sessions', {
          credential: second.credential,
        });
        if (!target.module.description.listsLogins) {
          // Where there is no such route, it ends nothing.
          expectProblem(answer, 404, 'not_supported');
          for (const { credential } of [first, second]) {
            expect((await target.me(credential)).status).to.equal(200);
          }
          return;
        }
        expect(answer.status).to.equal(204);
        await expectEnded(target, first, outcome);
        await expectEnded(target, second, outcome);
      },
    },
    {
      title: 'a copy used after the password was changed',
      outcome: afterRevocation,
      run: async (target, outcome) => {
        const [first, second] = await twoLogins(target);
        const answer = await target.api.call('PUT', '/me/password', {
          credential: second.credential,
          body: { currentPassword: second.account.password, newPassword: 'another pass phrase' },
        });
        expect(answer.status).to.equal(200);
        await expectEnded(target, first, outcome);
        await expectEnded(target, second, outcome);
      },
    },
    {
      title: 'a copy used after the account was disabled',
      outcome: afterRevocation,
      run: async (target, outcome) => {
        const [first, second] = await twoLogins(target);
        await disable(target, first);
        await expectEnded(target, first, outcome);
        await expectEnded(target, second, outcome);
      },
    },
    {
      title: 'the password of an account that was disabled',
      outcome: everywhere,
      run: async (target) => {
        const { account } = await target.victim();
        await disable(target, { account });
        await target.stores.unchanged(async () => {
          const answer = await target.api.login(account.email, account.password);
          expectProblem(answer, 401, 'login_failed');
        });
      },
    },
    {
      title: 'the old password after it was changed',
      outcome: everywhere,
      run: async (target) => {
        const { account, credential } = await target.victim();
        const changed = await target.api.call('PUT', '/me/password', {
          credential,
          body: { currentPassword: account.password, newPassword: 'another pass phrase' },
        });
        expect(changed.status).to.equal(200);
        await target.stores.unchanged(async () => {
          const answer = await target.api.login(account.email, account.password);
          expectProblem(answer, 401, 'login_failed');
        });
      },
    },
    {
      title: 'an account disabled in the moment in which its password is changed',
      outcome: everywhere,
      run: async (target) => {
        const { account, credential } = await target.victim();
        // The operator's change lands right after the user's own, before the new login is made.
        await target.database.query(`
          CREATE FUNCTION disable_now() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            NEW.disabled_at := now();
            NEW.credentials_version := NEW.credentials_version + 1;
            RETURN NEW;
          END $$`);
        await target.database.query(`
          CREATE TRIGGER disable_now BEFORE UPDATE OF password_hash ON users
          FOR EACH ROW WHEN (OLD.id = ${account.id}) EXECUTE FUNCTION disable_now()`);
        try {
          const answer = await target.api.call('PUT', '/me/password', {
            credential,
            body: { currentPassword: account.password, newPassword: 'another pass phrase' },
          });
          expectProblem(answer, 401, 'login_failed');
          expect(answer.headers.getSetCookie()).to.deep.equal([]);
          const families = await target.database.query(
            `SELECT 1 FROM refresh_families WHERE user_id = ${account.id}`,
          );
          expect(families, 'logins left behind').to.deep.equal([]);
        } finally {
          await target.database.query('DROP TRIGGER disable_now ON users');
          await target.database.query('DROP FUNCTION disable_now');
        }
      },
    },
  ],
};

async function twoLogins(target: AttackTarget): Promise<[Victim, Victim]> {
  const first = await target.victim();
  return [first, await target.logIn(first.account)];
}

async function disable(target: AttackTarget, { account }: Pick<Victim, 'account'>): Promise<void> {
  const answer = await target.api.call('POST', `/users/${account.id}/disable`, {
    credential: { authorization: `Operator ${OPERATOR_TOKEN.toString('base64url')}` },
  });
  expect(answer.status).to.equal(204);
}

/** What declared revocation means for a copy, on the instance that heard of the end and on another. */
async function expectEnded(target: AttackTarget, victim: Victim, { kind }: Outcome): Promise<void> {
  const here = await target.me(victim.credential);
  const there = await target.me(victim.credential, await target.other());
  if (kind === 'until-expiry' || kind === 'never') {
    expect([here.status, there.status]).to.deep.equal([200, 200]);
  } else {
    expectProblem(here, 401, 'credential_invalid');
    if (kind === 'refused') {
      expectProblem(there, 401, 'credential_invalid');
    } else {
      expect(there.status).to.equal(200);
    }
  }
  if (victim.refreshToken !== '') {
    await target.stores.unchanged(async () => {
      const answer = await target.form('/auth/token', {
        grant_type: 'refresh_token',
        refresh_token: victim.refreshToken,
      });
      expectProblem(answer, 400, 'refresh_invalid');
    });
  }
}
