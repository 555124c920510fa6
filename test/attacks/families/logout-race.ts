import { expect } from 'chai';
import { expectProblem } from '../../support/api-client.js';
import { outlivesLogin } from '../../support/declared.js';
import { type AttackFamily, notApplicable, onRefresh, REFUSED } from '../attack.js';
import { secretOf } from '../target.js';

/** Requests that were on their way while their owner logged out. */
export const logoutRace: AttackFamily = {
  name: 'logout-race',
  attacks: [
    {
      title: 'requests under way during the logout that bring the login back',
      outcome: ({ description }) =>
        outlivesLogin(description)
          ? notApplicable('no logout ends its credential, so there is nothing to bring back')
          : REFUSED,
      run: async (target) => {
        const { credential } = await target.victim();
        const ask = () => target.me(credential);
        const answers = await Promise.all([
          ...Array.from({ length: 15 }, ask),
          target.api.call('POST', '/auth/logout', { credential }),
          ...Array.from({ length: 15 }, ask),
        ]);
        expect(answers.map(({ status }) => status)).to.include(204);
        for (const answer of answers) {
          expect(answer.status).to.be.oneOf([200, 204, 401]);
        }
        await target.refuses(secretOf(credential));
      },
    },
    {
      title: 'a refresh under way during the logout that keeps the login alive',
      outcome: onRefresh,
      run: async (target) => {
        const { credential, refreshToken, account } = await target.victim();
        const refresh = (token: string) =>
          target.form('/auth/token', { grant_type: 'refresh_token', refresh_token: token });
        const [first, logout, second] = await Promise.all([
          refresh(refreshToken),
          target.api.call('POST', '/auth/logout', { credential }),
          refresh(refreshToken),
        ]);
        expect(logout.status).to.equal(204);
        const left = await target.database.query(
          `SELECT 1 FROM refresh_families WHERE user_id = ${account.id}`,
        );
        expect(left).to.deep.equal([]);
        for (const { status, body } of [first, second]) {
          const token = status === 200 ? body.refresh_token : refreshToken;
          expectProblem(await refresh(token), 400, 'refresh_invalid');
          if (status === 200 && target.module.description.revocation === 'at-once') {
            await target.refuses(body.access_token);
          }
        }
      },
    },
  ],
};
