import { expect } from 'chai';
import { type Answer, expectProblem } from '../../support/api-client.js';
import { outlivesLogin } from '../../support/declared.js';
import { decodeToken, resign } from '../../support/token-forge.js';
import {
  type AttackFamily,
  hasTokenRoutes,
  isSigned,
  notApplicable,
  onDelegation,
  onExchange,
  REFUSED,
} from '../attack.js';
import { askDelegation, delegate } from '../delegated.js';
import { ACCESS_TOKEN_TYPE, type AttackTarget, exchangeForm } from '../target.js';

const POST = { title: 'A title', body: 'A body' };

/** A third party that was handed a part of a user's rights, and wants more. */
export const exchange: AttackFamily = {
  name: 'exchange',
  attacks: [
    {
      title: 'a wider scope than can be handed on',
      outcome: onDelegation,
      run: async (target) => {
        const wide = [
          'account',
          '*',
          'admin',
          'posts',
          'posts:*',
          'posts:read account',
          ' ',
          'POSTS:READ',
        ];
        await target.stores.unchanged(async () => {
          for (const scope of wide) {
            const answer = await askDelegation(target, target.ada, scope);
            if (target.module.description.delegation === 'token-exchange') {
              expectProblem(answer, 400, 'invalid_scope');
              expect(answer.body.error).to.equal('invalid_scope');
            } else {
              expectProblem(answer, 422, 'validation_failed');
            }
          }
        });
      },
    },
    {
      title: 'a wider audience',
      outcome: onExchange,
      run: async (target) => {
        const audiences = ['session-token-lab-api', 'another-api', '*', 'session-token-lab-api/'];
        await refuseExchanges(
          target,
          audiences.map((audience) => exchangeForm(target.ada.secret, { audience })),
          'invalid_target',
        );
      },
    },
    {
      title: 'a delegated credential handed on once more',
      outcome: onDelegation,
      run: async (target) => {
        const held = await delegate(target, target.ada, 'posts:read posts:write');
        const holder = { ...target.ada, ...held };
        await target.stores.unchanged(async () => {
          for (const scope of ['posts:read', 'posts:read posts:write']) {
            for (const client of ['post-scheduler', 'other-client']) {
              const answer = await askDelegation(target, holder, scope, client);
              if (target.module.description.delegation === 'token-exchange') {
                expectProblem(answer, 400, 'delegation_refused');
              } else {
                expectProblem(answer, 403, 'insufficient_scope');
              }
            }
          }
        });
      },
    },
    {
      title: 'a token that has expired, exchanged for a fresh one',
      outcome: (facts) =>
        onExchange(facts).kind === 'refused' && isSigned(facts)
          ? REFUSED
          : notApplicable('it exchanges no tokens that carry their own expiry'),
      run: (target) => {
        const exp = Math.floor(Date.now() / 1000) - 1;
        const expired = resign(target.ada.secret, { claims: { exp } });
        return refuseExchanges(target, [exchangeForm(expired)], 'delegation_refused');
      },
    },
    {
      title: 'a token that was ended, exchanged for a fresh one',
      outcome: (facts) =>
        outlivesLogin(facts.description)
          ? notApplicable('it cannot end a credential before its expiry')
          : onExchange(facts),
      run: async (target) => {
        const { secret, credential } = await target.victim();
        await target.api.call('POST', '/auth/logout', { credential });
        await refuseExchanges(target, [exchangeForm(secret)], 'delegation_refused');
      },
    },
    {
      title: 'a life longer than that of the token it came from',
      outcome: onExchange,
      run: async (target) => {
        const { answer } = await delegate(target, target.ada, 'posts:read');
        expect(answer.body.expires_in).to.be.at.most(120);
        if (target.module.needs.includes('tokenKeys')) {
          const exp = Math.floor(Date.now() / 1000) + 20;
          const short = resign(target.ada.secret, { claims: { exp } });
          const held = await target.form('/auth/token', exchangeForm(short));
          expect(decodeToken(held.body.access_token).claims.exp).to.equal(exp);
        }
      },
    },
    {
      title: 'a client that nobody registered',
      outcome: onDelegation,
      run: (target) =>
        target.stores.unchanged(async () => {
          for (const client of ['evil', 'post-scheduler2', 'POST-SCHEDULER', '__proto__']) {
            const answer = await askDelegation(target, target.ada, 'posts:read', client);
            expectProblem(answer, 400, 'delegation_refused');
          }
        }),
    },
    {
      title: 'a grant, a type or a parameter that is not for this',
      outcome: onExchange,
      run: async (target) => {
        const { secret } = target.ada;
        await refuseExchanges(
          target,
          [
            exchangeForm(secret, {
              subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
            }),
            exchangeForm(secret, {
              requested_token_type: 'urn:ietf:params:oauth:token-type:refresh_token',
            }),
            exchangeForm(''),
            exchangeForm(secret, { scope: '' }),
          ],
          'invalid_request',
        );
        await refuseExchanges(
          target,
          ['password', 'client_credentials', 'authorization_code', '__proto__'].map((grant) =>
            exchangeForm(secret, { grant_type: grant }),
          ),
          'unsupported_grant_type',
        );
        await target.stores.unchanged(async () => {
          const twice = `${new URLSearchParams(exchangeForm(secret))}&scope=posts%3Aread`;
          const answer = await target.api.call('POST', '/auth/token', {
            body: twice,
            headers: { 'content-type': 'application/x-www-form-urlencoded' },
          });
          expectProblem(answer, 400, 'invalid_request');
        });
      },
    },
    {
      title: 'a delegated credential on the routes of the account',
      outcome: onDelegation,
      run: async (target) => {
        const { credential, answer } = await delegate(target, target.ada, 'posts:read posts:write');
        expect(answer.body).to.not.have.property('refresh_token');
        const { id, password } = target.ada.account;
        const account: [string, string, unknown][] = [
          ['GET', '/me', undefined],
          ['GET', `/users/${id}`, undefined],
          ['PUT', '/me/password', { currentPassword: password, newPassword: 'of the attacker' }],
          ['GET', '/auth/sessions', undefined],
          ['DELETE', '/auth/sessions', undefined],
          ['DELETE', '/auth/sessions?except=current', undefined],
          ['DELETE', '/auth/sessions/AAAAAAAAAAAAAAAAAAAAAA', undefined],
          ['POST', '/auth/logout', undefined],
          ['POST', '/auth/sessions/delegated', { client: 'other-client', scope: ['posts:read'] }],
        ];
        await target.stores.unchanged(async () => {
          for (const [method, path, body] of account) {
            const refused = await target.api.call(method, path, { credential, body });
            expectProblem(refused, 403, 'insufficient_scope');
            expectScopeChallenge(target, refused);
          }
        });
      },
    },
    {
      title: 'a credential for reading that writes, and one for writing that reads',
      outcome: onDelegation,
      run: async (target) => {
        const own = await target.api.call('POST', '/posts', {
          credential: target.ada.credential,
          body: POST,
        });
        const location = String(own.headers.get('location'));
        const reader = await delegate(target, target.ada, 'posts:read');
        const writer = await delegate(target, target.ada, 'posts:write');
        const tries: [typeof reader, string, string, unknown][] = [
          [reader, 'POST', '/posts', POST],
          [reader, 'PUT', location, POST],
          [reader, 'PATCH', location, { title: 'Changed' }],
          [reader, 'DELETE', location, undefined],
          [writer, 'GET', '/posts', undefined],
          [writer, 'GET', location, undefined],
          [writer, 'HEAD', location, undefined],
        ];
        await target.stores.unchanged(async () => {
          for (const [{ credential }, method, path, body] of tries) {
            const answer = await target.api.call(method, path, { credential, body });
            expect(answer.status, `${method} ${path}`).to.equal(403);
            expectScopeChallenge(target, answer);
          }
        });
      },
    },
    {
      title: 'a post of somebody else, and a post that hides who wrote it',
      outcome: onDelegation,
      run: async (target) => {
        const { credential } = await delegate(target, target.ada, 'posts:write');
        const bobs = await target.api.call('POST', '/posts', {
          credential: target.bob.credential,
          body: POST,
        });
        const location = String(bobs.headers.get('location'));
        await target.stores.unchanged(async () => {
          const tries = [
            await target.api.call('PUT', location, { credential, body: POST }),
            await target.api.call('DELETE', location, { credential }),
          ];
          for (const answer of tries) {
            expectProblem(answer, 403, 'not_owner');
          }
          const body = { ...POST, actedBy: null };
          const hidden = await target.api.call('POST', '/posts', { credential, body });
          expectProblem(hidden, 422, 'validation_failed');
        });
        const written = await target.api.call('POST', '/posts', { credential, body: POST });
        expect(written.body).to.include({
          ownerId: target.ada.account.id,
          actedBy: 'post-scheduler',
        });
      },
    },
    {
      title: 'a delegated credential after the owner ended all logins',
      outcome: (facts) =>
        outlivesLogin(facts.description) && facts.description.delegation !== 'none'
          ? notApplicable('it cannot end a credential before its expiry')
          : onDelegation(facts),
      run: async (target) => {
        const owner = await target.victim();
        const { secret } = await delegate(target, owner, 'posts:write');
        const { credential } = owner;
        const ended = await target.api.call('DELETE', '/auth/sessions', { credential });
        expect(ended.status).to.equal(204);
        await target.refuses(secret);
      },
    },
    {
      title: 'tokens asked of a strategy that gives none',
      outcome: ({ description }) =>
        hasTokenRoutes(description) ? notApplicable('it gives tokens') : REFUSED,
      run: (target) =>
        target.stores.unchanged(async () => {
          const { secret } = target.ada;
          for (const answer of [
            await target.form('/auth/token', exchangeForm(secret)),
            await target.form('/auth/revoke', {
              token: secret,
              token_type_hint: ACCESS_TOKEN_TYPE,
            }),
            await target.api.call('POST', '/auth/refresh', { body: { refresh_token: secret } }),
          ]) {
            expectProblem(answer, 404, 'not_supported');
          }
        }),
    },
  ],
};

async function refuseExchanges(
  target: AttackTarget,
  forms: readonly Readonly<Record<string, string>>[],
  code: string,
): Promise<void> {
  await target.stores.unchanged(async () => {
    for (const form of forms) {
      const answer = await target.form('/auth/token', form);
      expectProblem(answer, 400, code);
      expect(answer.body.error, 'for clients of OAuth 2.0').to.be.a('string');
      expect(answer.body).to.not.have.property('access_token');
    }
  });
}

/** RFC 6750, section 3.1. */
function expectScopeChallenge(target: AttackTarget, answer: Answer): void {
  const challenge = answer.headers.get('www-authenticate');
  if (target.module.description.carrier === 'bearer') {
    expect(challenge).to.match(/^Bearer error="insufficient_scope"/);
  } else {
    expect(challenge).to.equal(null);
  }
}
