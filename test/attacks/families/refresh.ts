import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { type Answer, expectProblem } from '../../support/api-client.js';
import { outlivesLogin } from '../../support/declared.js';
import { type AttackFamily, notApplicable, onRefresh } from '../attack.js';
import { type AttackTarget, exchangeForm, type Victim } from '../target.js';

/** The long-lived token: what a thief would rather have. */
export const refresh: AttackFamily = {
  name: 'refresh',
  attacks: [
    {
      title: 'a spent refresh token, after its successor was used: the thief and the owner are out',
      outcome: onRefresh,
      run: async (target) => {
        const victim = await target.victim();
        const second = await renew(target, victim.refreshToken);
        const third = await renew(target, second);
        expectProblem(await ask(target, victim.refreshToken), 400, 'refresh_invalid');
        await expectDead(target, victim, [victim.refreshToken, second, third]);
      },
    },
    {
      title: 'a spent refresh token, after the time in which a lost answer is repeated',
      outcome: onRefresh,
      run: async (target) => {
        const victim = await target.victim();
        const second = await renew(target, victim.refreshToken);
        await target.database.query(
          `UPDATE refresh_families SET rotated_at = rotated_at - interval '11 seconds'
           WHERE user_id = ${victim.account.id}`,
        );
        expectProblem(await ask(target, victim.refreshToken), 400, 'refresh_invalid');
        await expectDead(target, victim, [victim.refreshToken, second]);
      },
    },
    {
      title: 'one refresh token used many times at once, to get many logins out of it',
      outcome: onRefresh,
      run: async (target) => {
        const victim = await target.victim();
        const answers = await Promise.all(
          Array.from({ length: 20 }, () => ask(target, victim.refreshToken)),
        );
        const tokens = new Set(
          answers.map(({ status, body }) => {
            expect(status).to.equal(200);
            return body.refresh_token;
          }),
        );
        expect(tokens.size, 'refresh tokens').to.equal(1);
        expect(await familiesOf(target, victim)).to.equal(1);
      },
    },
    {
      title: 'a refresh token revoked while it is used',
      outcome: (facts) =>
        facts.description.refreshes && facts.description.revokesTokens !== true
          ? notApplicable('it revokes no tokens')
          : onRefresh(facts),
      run: async (target) => {
        const victim = await target.victim();
        const [first, , second] = await Promise.all([
          ask(target, victim.refreshToken),
          target.form('/auth/revoke', { token: victim.refreshToken }),
          ask(target, victim.refreshToken),
        ]);
        const known = [victim.refreshToken, first.body.refresh_token, second.body.refresh_token];
        await expectDead(
          target,
          victim,
          known.filter((token) => token !== undefined),
        );
        if (target.module.description.revocation === 'at-once') {
          for (const { status, body } of [first, second]) {
            if (status === 200) {
              await target.refuses(body.access_token);
            }
          }
        }
      },
    },
    {
      title: 'a refresh token as an access token',
      outcome: onRefresh,
      run: (target) => target.refuses(target.ada.refreshToken),
    },
    {
      title: 'an access token as a refresh token',
      outcome: onRefresh,
      run: (target) => refuse(target, [target.ada.secret]),
    },
    {
      title: 'a refresh token exchanged for one of a third party',
      outcome: onRefresh,
      run: (target) =>
        target.stores.unchanged(async () => {
          const { refreshToken } = target.ada;
          const answer = await target.form('/auth/token', exchangeForm(refreshToken));
          if (target.module.description.delegation !== 'token-exchange') {
            expectProblem(answer, 404, 'not_supported');
            return;
          }
          expectProblem(answer, 400, 'delegation_refused');
          const typed = exchangeForm(refreshToken, {
            subject_token_type: 'urn:ietf:params:oauth:token-type:refresh_token',
          });
          expectProblem(await target.form('/auth/token', typed), 400, 'invalid_request');
        }),
    },
    {
      title: 'a refresh token that nobody gave out, or in another spelling',
      outcome: onRefresh,
      run: (target) => {
        const { refreshToken } = target.ada;
        return refuse(target, [
          randomBytes(48).toString('base64url'),
          'A'.repeat(64),
          refreshToken.slice(0, -1),
          `${refreshToken}A`,
          `${refreshToken}=`,
          ` ${refreshToken}`,
          `${refreshToken}\u0000`,
          refreshToken.toUpperCase(),
          "' OR '1'='1",
          'null',
        ]);
      },
    },
    {
      title: 'a refresh token after the absolute end of its login, however often it was renewed',
      outcome: onRefresh,
      run: async (target) => {
        const victim = await target.victim();
        const token = await renew(target, victim.refreshToken);
        const ends = () =>
          target.database.query<{ at: Date }>(
            `SELECT expires_at AS at FROM refresh_families WHERE user_id = ${victim.account.id}`,
          );
        const before = await ends();
        const renewed = await renew(target, token);
        expect(await ends(), 'not moved by the renewal').to.deep.equal(before);
        await target.database.query(
          `UPDATE refresh_families SET expires_at = now() WHERE user_id = ${victim.account.id}`,
        );
        await refuse(target, [renewed, token]);
      },
    },
    {
      title: 'a refresh token read from a copy of the database',
      outcome: onRefresh,
      run: async (target) => {
        const victim = await target.victim();
        const token = await renew(target, victim.refreshToken);
        const [row] = await target.database.query<Record<string, unknown>>(
          `SELECT encode(handle_hash, 'hex') AS a, encode(token_hash, 'hex') AS b,
             encode(sealed_successor, 'hex') AS c, * FROM refresh_families
           WHERE user_id = ${victim.account.id}`,
        );
        const text = JSON.stringify(row);
        for (const secret of [token, victim.refreshToken, victim.secret]) {
          expect(text).to.not.include(secret);
          expect(text).to.not.include(Buffer.from(secret, 'base64url').toString('hex'));
          expect(text).to.not.include(Buffer.from(secret).toString('hex'));
        }
      },
    },
  ],
};

function ask(target: AttackTarget, token: string): Promise<Answer> {
  return target.api.call('POST', '/auth/refresh', { body: { refresh_token: token } });
}

async function renew(target: AttackTarget, token: string): Promise<string> {
  const answer = await ask(target, token);
  expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
  return answer.body.refresh_token;
}

/** Through both doors: the JSON route and the grant of OAuth 2.0. */
async function refuse(target: AttackTarget, tokens: readonly string[]): Promise<void> {
  await target.stores.unchanged(async () => {
    for (const token of tokens) {
      expectProblem(await ask(target, token), 400, 'refresh_invalid');
      const answer = await target.form('/auth/token', {
        grant_type: 'refresh_token',
        refresh_token: token,
      });
      expectProblem(answer, 400, 'refresh_invalid');
      expect(answer.body.error).to.equal('invalid_grant');
    }
  });
}

async function familiesOf(target: AttackTarget, { account }: Victim): Promise<number> {
  const rows = await target.database.query(
    `SELECT 1 FROM refresh_families WHERE user_id = ${account.id}`,
  );
  return rows.length;
}

/** The login has ended: no token of it renews, and access tokens end as the strategy declares. */
async function expectDead(
  target: AttackTarget,
  victim: Victim,
  tokens: readonly string[],
): Promise<void> {
  expect(await familiesOf(target, victim), 'logins').to.equal(0);
  await refuse(target, tokens);
  if (!outlivesLogin(target.module.description)) {
    await target.refuses(victim.secret);
  }
}
