import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { expectProblem } from '../../support/api-client.js';
import { resign } from '../../support/token-forge.js';
import {
  type AttackFamily,
  everywhere,
  NEVER,
  notApplicable,
  onCookies,
  REFUSED,
  UNTIL_EXPIRY,
} from '../attack.js';

/** The attacker chooses the credential that the victim will have after the login. */
export const fixation: AttackFamily = {
  name: 'fixation',
  attacks: [
    {
      title: 'a credential that nobody gave out',
      outcome: everywhere,
      run: async (target) => {
        // Of the length and the alphabet of a real one.
        const bytes = Math.ceil((target.ada.secret.length * 3) / 4);
        await target.refuses(
          randomBytes(bytes).toString('base64url').slice(0, target.ada.secret.length),
        );
      },
    },
    {
      title: 'a credential planted in the browser before its owner logs in',
      outcome: everywhere,
      run: async (target) => {
        const planted = randomBytes(32).toString('base64url');
        const { account } = await target.victim();
        const { email, password } = account;
        const answer = await target.api.login(email, password, target.carry(planted));
        expect(answer.status).to.equal(200);
        expect(JSON.stringify([answer.headers.getSetCookie(), answer.body])).to.not.include(
          planted,
        );
        await target.refuses(planted);
      },
    },
    {
      title: "the attacker's own session, planted in the browser before its owner logs in",
      outcome: ({ description }) => {
        const applies = onCookies({ description, needs: [] });
        if (applies.kind === 'not-applicable') {
          return notApplicable('a login reads no Authorization header');
        }
        if (description.revocation === 'never') {
          return NEVER;
        }
        return description.revocation === 'at-expiry' ? UNTIL_EXPIRY : REFUSED;
      },
      run: async (target, { kind }) => {
        const attacker = await target.victim('attacker');
        const { account } = await target.victim();
        const answer = await target.api.login(account.email, account.password, attacker.credential);
        expect(answer.status).to.equal(200);
        const planted = await target.me(attacker.credential);
        if (kind === 'refused') {
          expectProblem(planted, 401, 'credential_invalid');
        } else {
          // Nobody can end it, but it still opens the attacker's own account and no other.
          expect(planted.body.id).to.equal(attacker.account.id);
        }
        expect(answer.headers.getSetCookie().join()).to.not.include(attacker.secret);
      },
    },
    {
      title: 'the credential of an earlier login handed out once more',
      outcome: ({ description }) =>
        description.onePerUser ? notApplicable('all logins of a user share a credential') : REFUSED,
      run: async (target) => {
        const logins = await Promise.all(
          Array.from({ length: 4 }, () => target.logIn(target.ada.account)),
        );
        expect(new Set(logins.map(({ secret }) => secret)).size).to.equal(logins.length);
      },
    },
    {
      title: 'a token with the ID of somebody else in it',
      outcome: ({ needs }) =>
        needs.includes('tokenKeys')
          ? REFUSED
          : notApplicable('its credential is not a signed token'),
      run: async (target) => {
        const good = resign(target.ada.secret);
        expect((await target.me(target.carry(good))).status, 'as it is').to.equal(200);
        const [header, , mark] = good.split('.');
        const [, payload] = target.bob.secret.split('.');
        await target.refuses(`${header}.${payload}.${mark}`);
      },
    },
  ],
};
