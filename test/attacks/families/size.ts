import { expect } from 'chai';
import { expectProblem } from '../../support/api-client.js';
import { grantsTokens } from '../../support/declared.js';
import { rawRequest } from '../../support/raw-request.js';
import { type AttackFamily, everywhere, onTokenRoutes } from '../attack.js';
import { type AttackTarget, exchangeForm } from '../target.js';

const MEGABYTE = 1_000_000;

/** Much where little is expected. */
export const size: AttackFamily = {
  name: 'size',
  attacks: [
    {
      title: 'a credential of 1 MB',
      outcome: everywhere,
      run: (target) =>
        target.stores.unchanged(async () => {
          const [[name, value] = ['', '']] = Object.entries(target.carry('a'.repeat(MEGABYTE)));
          const answer = await rawRequest(
            target.api.url,
            `GET /me HTTP/1.1\r\nHost: x\r\n${name}: ${value}\r\n\r\n`,
          );
          expect(answer.status).to.equal(431);
          expect(answer.text).to.include('"code":"headers_too_large"');
          await expectAlive(target);
        }),
    },
    {
      title: 'a credential as long as a header may be',
      outcome: everywhere,
      run: async (target) => {
        for (const secret of ['a'.repeat(15_000), `${target.ada.secret}${'a'.repeat(14_000)}`]) {
          await target.refuses(secret);
        }
      },
    },
    {
      title: 'a token of 1 MB in a body',
      outcome: everywhere,
      run: (target) =>
        target.stores.unchanged(async () => {
          const huge = 'a'.repeat(MEGABYTE);
          const { description } = target.module;
          for (const [path, known] of [
            ['/auth/revoke', description.revokesTokens === true],
            ['/auth/token', grantsTokens(description)],
          ] as const) {
            const form = { ...exchangeForm(huge), token: huge };
            const answer = await target.form(path, form).catch(() => undefined);
            // The service may close the connection while the client is still sending.
            if (answer !== undefined) {
              expectProblem(answer, known ? 413 : 404, known ? 'body_too_large' : 'not_supported');
            }
          }
          await expectAlive(target);
        }),
    },
    {
      title: 'a token of 90 kB in a body',
      outcome: onTokenRoutes,
      run: (target) =>
        target.stores.unchanged(async () => {
          const { revokesTokens, delegation, refreshes } = target.module.description;
          const token = 'a'.repeat(90_000);
          if (revokesTokens) {
            expectProblem(await target.form('/auth/revoke', { token }), 400, 'invalid_request');
          }
          if (delegation === 'token-exchange') {
            const exchange = await target.form('/auth/token', exchangeForm(token));
            expectProblem(exchange, 400, 'invalid_request');
          }
          if (refreshes) {
            const refresh = await target.api.call('POST', '/auth/refresh', {
              body: { refresh_token: token },
            });
            expectProblem(refresh, 422, 'validation_failed');
          }
        }),
    },
    {
      title: 'thousands of parameters in one form',
      outcome: onTokenRoutes,
      run: (target) =>
        target.stores.unchanged(async () => {
          const grants = grantsTokens(target.module.description);
          const names = Array.from({ length: 24_000 }, (_, index) => index.toString(36)).slice(
            1296,
          );
          const ask = () =>
            target.api.call('POST', grants ? '/auth/token' : '/auth/revoke', {
              body: names.join('&').slice(0, 99_999),
              headers: { 'content-type': 'application/x-www-form-urlencoded' },
            });
          const startedAt = performance.now();
          for (const answer of await Promise.all([ask(), ask(), ask(), ask()])) {
            expectProblem(answer, 400, 'invalid_request');
          }
          // Comparing each name with each took 2.5 s.
          expect(performance.now() - startedAt, 'milliseconds').to.be.below(1500);
        }),
    },
    {
      title: 'a document nested fifty thousand deep',
      outcome: everywhere,
      run: (target) =>
        target.stores.unchanged(async () => {
          for (const body of ['['.repeat(50_000) + ']'.repeat(50_000), '{"a":'.repeat(16_000)]) {
            const answer = await target.api.call('POST', '/auth/login', { body });
            expect(answer.status).to.be.oneOf([400, 422]);
          }
        }),
    },
    {
      title: 'a body that grows where its bytes are decoded',
      outcome: everywhere,
      run: (target) =>
        target.stores.unchanged(async () => {
          // Each byte would become U+FFFD, three bytes long.
          for (const text of [
            '\xff'.repeat(20_000),
            '\xc0\xaf',
            '\xed\xa0\x80',
            '\xf4\x90\x80\x80',
          ]) {
            const body = `{"email":"${text}","password":"x"}`;
            const answer = await rawRequest(
              target.api.url,
              'POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n' +
                `Content-Length: ${body.length}\r\n\r\n${body}`,
            );
            expect(answer.status).to.equal(400);
            expect(answer.text).to.include('"code":"malformed_json"');
          }
        }),
    },
    {
      title: 'a body too long, to have the connection of others closed with it',
      outcome: everywhere,
      run: (target) =>
        target.stores.unchanged(async () => {
          // A proxy in front sends both on one connection.
          const answer = await rawRequest(
            target.api.url,
            'POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n' +
              `Content-Length: 900000\r\n\r\n${'x'.repeat(900_000)}`,
          );
          expect(answer.status).to.equal(413);
          expect(answer.text).to.not.match(/connection: close/i);
          await expectAlive(target);
        }),
    },
    {
      title: 'an Accept that takes long to take apart',
      outcome: everywhere,
      run: (target) =>
        target.stores.unchanged(async () => {
          for (const accept of [`a/b;x="${','.repeat(15_000)}`, '*/*;q=0,'.repeat(1900)]) {
            const answer = await target.api.call('GET', '/me', { headers: { accept } });
            // Not looked at, so it refuses nothing.
            expectProblem(answer, 401, 'credential_missing');
          }
        }),
    },
    {
      title: 'a hundred cookies beside the credential',
      outcome: everywhere,
      run: (target) =>
        target.stores.unchanged(async () => {
          const others = Array.from({ length: 100 }, (_, index) => `c${index}=${'x'.repeat(40)}`);
          const { cookie, ...rest } = target.ada.credential;
          const headers = { ...rest, cookie: [...others, cookie ?? 'last=1'].join('; ') };
          expect((await target.api.call('GET', '/me', { headers })).status).to.equal(200);
        }),
    },
  ],
};

async function expectAlive(target: AttackTarget): Promise<void> {
  expect((await target.me(target.ada.credential)).status, 'a good credential').to.equal(200);
}
