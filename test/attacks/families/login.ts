import { request } from 'node:http';
import { expect } from 'chai';
import { expectProblem } from '../../support/api-client.js';
import { type AttackFamily, everywhere } from '../attack.js';
import type { AttackTarget } from '../target.js';

const FAILURES_MAX = 10;

/** The front door. */
export const login: AttackFamily = {
  name: 'login',
  attacks: [
    {
      title: 'many guesses at one password, under made-up addresses of origin',
      outcome: everywhere,
      run: async (target) => {
        const { account } = await target.victim();
        await target.stores.unchanged(async () => {
          for (let guess = 0; guess < FAILURES_MAX; guess += 1) {
            const answer = await guessAt(target, account.email, `guess ${guess}`, guess);
            expectProblem(answer, 401, 'login_failed');
          }
          // From here on the right one is not told from a wrong one.
          const right = await guessAt(target, account.email, account.password, 99);
          expectProblem(right, 429, 'too_many_logins');
        });
        // The owner sits elsewhere and is not locked out.
        const body = { email: account.email, password: account.password };
        expect(await loginFrom(target, '127.0.0.2', body)).to.equal(200);
      },
    },
    {
      title: 'many guesses at one password, all at once',
      outcome: everywhere,
      run: async (target) => {
        const { account } = await target.victim();
        await target.stores.unchanged(async () => {
          const answers = await Promise.all(
            Array.from({ length: 30 }, (_, guess) =>
              // The right one comes last, after more wrong ones than are allowed.
              target.api.login(account.email, guess === 29 ? account.password : `guess ${guess}`),
            ),
          );
          const told = answers.filter(({ body }) => body.code === 'login_failed');
          expect(told.length, 'guesses that learned that they are wrong').to.be.at.most(
            FAILURES_MAX,
          );
          expect(answers.map(({ status }) => status)).to.not.include(200);
        });
      },
    },
    {
      title: 'more guesses by spelling the address in other letters',
      outcome: everywhere,
      run: async (target) => {
        const { account } = await target.victim('kilian.i.i');
        const spellings = [
          account.email.toUpperCase(),
          account.email.replace('i', 'I'),
          account.email.replace('i', '\u0130'),
          account.email.replace('i', '\u0131'),
          account.email.replace('k', '\u212a'),
          ` ${account.email}`,
          `${account.email}\u200b`,
        ];
        await target.stores.unchanged(async () => {
          let tried = 0;
          for (let round = 0; tried <= FAILURES_MAX; round += 1) {
            const email = spellings[round % 2] as string;
            const answer = await target.api.login(email, `guess ${round}`);
            tried += 1;
            expectProblem(
              answer,
              tried <= FAILURES_MAX ? 401 : 429,
              tried <= FAILURES_MAX ? 'login_failed' : 'too_many_logins',
            );
          }
          // Whatever the spelling: the account is closed for this address, or not meant by it.
          for (const email of spellings) {
            const answer = await target.api.login(email, account.password);
            expect(answer.status, JSON.stringify(email)).to.be.oneOf([401, 429]);
          }
        });
      },
    },
    {
      title: 'an address or a password that is SQL, or of another type',
      outcome: everywhere,
      run: (target) =>
        target.stores.unchanged(async () => {
          const { email } = target.bob.account;
          for (const address of [`${email}' --`, "' OR 1=1 --", `${email}%`, '%']) {
            expectProblem(await target.api.login(address, 'guess'), 401, 'login_failed');
          }
          const bodies = [
            { email: [email], password: 'guess' },
            { email, password: { $ne: null } },
            { email, password: ['guess'] },
            { email, password: true },
            { email, password: 'guess', admin: true },
            { email: `${email}\u0000`, password: 'guess' },
          ];
          for (const body of bodies) {
            const answer = await target.api.call('POST', '/auth/login', { body });
            expectProblem(answer, 422, 'validation_failed');
          }
        }),
    },
    {
      title: 'an operator without the token',
      outcome: everywhere,
      run: (target) =>
        target.stores.unchanged(async () => {
          const path = `/users/${target.bob.account.id}/disable`;
          const credentials: [Record<string, string>, number, string][] = [
            [{}, 401, 'credential_missing'],
            [target.ada.credential as Record<string, string>, 401, 'credential_missing'],
            [{ authorization: 'Operator AAAA' }, 403, 'operator_only'],
            [{ authorization: `Operator ${'A'.repeat(43)}` }, 403, 'operator_only'],
          ];
          for (const [credential, status, code] of credentials) {
            expectProblem(await target.api.call('POST', path, { credential }), status, code);
          }
        }),
    },
    {
      title: "the password of somebody else, changed with one's own login",
      outcome: everywhere,
      run: async (target) => {
        const victim = await target.victim();
        await target.stores.unchanged(async () => {
          const newPassword = 'of the attacker';
          for (const body of [
            { currentPassword: 'a wrong guess', newPassword },
            { currentPassword: target.bob.account.password, newPassword: 'short' },
            { currentPassword: '', newPassword },
            { newPassword },
            { currentPassword: victim.account.password, newPassword, email: 'bob@example.test' },
          ]) {
            const answer = await target.api.call('PUT', '/me/password', {
              credential: victim.credential,
              body,
            });
            expect(answer.status).to.be.oneOf([401, 422]);
            expect(answer.headers.getSetCookie()).to.deep.equal([]);
          }
        });
      },
    },
  ],
};

function guessAt(target: AttackTarget, email: string, password: string, from: number) {
  return target.api.call('POST', '/auth/login', {
    body: { email, password },
    headers: {
      'x-forwarded-for': `203.0.113.${from}`,
      forwarded: `for=203.0.113.${from}`,
      'x-real-ip': `203.0.113.${from}`,
    },
  });
}

/** The whole of 127.0.0.0/8 is this machine: another address is another network as far as limits go. */
function loginFrom(target: AttackTarget, localAddress: string, body: unknown): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(
      `${target.api.url}/auth/login`,
      { method: 'POST', localAddress, headers: { 'content-type': 'application/json' } },
      (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
      },
    );
    sent.on('error', reject).end(JSON.stringify(body));
  });
}
