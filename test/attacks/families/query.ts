import { expect } from 'chai';
import { expectProblem } from '../../support/api-client.js';
import { type AttackFamily, everywhere } from '../attack.js';

/** A credential where addresses are logged, cached and shared, or where it does not belong. */
export const query: AttackFamily = {
  name: 'query',
  attacks: [
    {
      title: 'a credential in the address',
      outcome: everywhere,
      run: async (target) => {
        const secret = encodeURIComponent(target.ada.secret);
        const own = target.carrier.slice(0, -1).toLowerCase();
        const names = new Set(['access_token', 'token', 'session', 'authorization', 'bearer', own]);
        for (const name of names) {
          await target.stores.unchanged(async () => {
            const answer = await target.api.call('GET', `/me?${name}=${secret}`);
            expectProblem(answer, 401, 'credential_missing');
          });
        }
      },
    },
    {
      title: 'a credential in the body',
      outcome: everywhere,
      run: (target) =>
        target.stores.unchanged(async () => {
          const asForm = await target.form('/posts', { access_token: target.ada.secret });
          expectProblem(asForm, 401, 'credential_missing');
          const asJson = await target.api.call('POST', '/posts', {
            body: { access_token: target.ada.secret, title: 'A', body: 'B' },
          });
          expectProblem(asJson, 401, 'credential_missing');
        }),
    },
    {
      title: 'a credential in a header that is not for it',
      outcome: everywhere,
      run: (target) =>
        target.stores.unchanged(async () => {
          const { secret } = target.ada;
          const own = target.carrier.slice(0, -1);
          const elsewhere: Record<string, string>[] =
            target.module.description.carrier === 'cookie'
              ? [{ authorization: `Bearer ${secret}` }, { authorization: `${own}=${secret}` }]
              : [
                  { cookie: `session=${secret}` },
                  { cookie: `access_token=${secret}` },
                  { authorization: secret },
                  { authorization: `Basic ${secret}` },
                  { authorization: `${own}${secret}` },
                  { authorization: `${own}\t${secret}` },
                ];
          elsewhere.push({ 'x-access-token': secret }, { 'x-auth-token': secret });
          for (const headers of elsewhere) {
            expectProblem(
              await target.api.call('GET', '/me', { headers }),
              401,
              'credential_missing',
            );
          }
        }),
    },
    {
      title: 'a secret that can be read in an answer after the login',
      outcome: everywhere,
      run: async (target) => {
        const { credential, secret, refreshToken } = await target.victim();
        for (const path of ['/me', '/auth/sessions', '/posts', `/users/${target.ada.account.id}`]) {
          const answer = await target.api.call('GET', path, { credential });
          expect(answer.headers.get('cache-control'), path).to.match(
            /^(no-store|private, no-cache)$/,
          );
          const text = JSON.stringify([answer.body, [...answer.headers]]);
          expect(text).to.not.include(secret);
          expect(refreshToken !== '' && text.includes(refreshToken)).to.equal(false);
        }
      },
    },
  ],
};
