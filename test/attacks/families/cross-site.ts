import { expect } from 'chai';
import { expectProblem } from '../../support/api-client.js';
import { type AttackFamily, everywhere, onCookies } from '../attack.js';

const UNSAFE: readonly (readonly [string, string, unknown])[] = [
  ['POST', '/posts', { title: 'Forged', body: 'From elsewhere' }],
  ['PUT', '/posts/1', { title: 'Forged', body: 'From elsewhere' }],
  ['PATCH', '/posts/1', { title: 'Forged' }],
  ['DELETE', '/posts/1', undefined],
  ['POST', '/auth/logout', undefined],
  [
    'PUT',
    '/me/password',
    { currentPassword: 'long enough to pass', newPassword: 'the attacker’s' },
  ],
  ['DELETE', '/auth/sessions', undefined],
  ['DELETE', '/auth/sessions?except=current', undefined],
  ['DELETE', '/auth/sessions/AAAAAAAAAAAAAAAAAAAAAA', undefined],
  ['POST', '/auth/sessions/delegated', { client: 'post-scheduler', scope: ['posts:write'] }],
];

const FOREIGN: readonly Readonly<Record<string, string>>[] = [
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'same-site' },
  { 'sec-fetch-site': 'cross-site', origin: 'null' },
  { 'sec-fetch-site': 'Same-Origin' },
  { 'sec-fetch-site': '' },
  { origin: 'https://evil.example' },
  { origin: 'null' },
  { origin: '' },
];

/** A page of the attacker makes the victim's browser send requests. */
export const crossSite: AttackFamily = {
  name: 'cross-site',
  attacks: [
    {
      title: 'a page of another site that sends requests with the cookie',
      outcome: onCookies,
      run: (target) =>
        target.stores.unchanged(async () => {
          const { credential } = target.ada;
          for (const [method, path, body] of UNSAFE) {
            for (const headers of FOREIGN) {
              const answer = await target.api.call(method, path, { credential, body, headers });
              expectProblem(answer, 403, 'cross_site_request');
              expect(answer.headers.getSetCookie()).to.deep.equal([]);
            }
          }
        }),
    },
    {
      title: 'an origin that only looks like ours',
      outcome: onCookies,
      run: (target) =>
        target.stores.unchanged(async () => {
          const { host, port } = new URL(target.api.url);
          const origins = [
            `http://${host}.evil.example`,
            `http://evil.example/${host}`,
            `http://127.0.0.1:${Number(port) + 1}`,
            `http://${host}@evil.example`,
            'file://',
          ];
          for (const origin of origins) {
            const answer = await target.api.call('POST', '/auth/logout', {
              credential: target.ada.credential,
              headers: { origin },
            });
            expectProblem(answer, 403, 'cross_site_request');
          }
        }),
    },
    {
      title: 'a form of another site that logs the browser in as the attacker',
      outcome: onCookies,
      run: async (target) => {
        const { email, password } = target.bob.account;
        await target.stores.unchanged(async () => {
          for (const headers of FOREIGN) {
            const body = { email, password };
            const answer = await target.api.call('POST', '/auth/login', { body, headers });
            expectProblem(answer, 403, 'cross_site_request');
            expect(answer.headers.getSetCookie()).to.deep.equal([]);
          }
        });
      },
    },
    {
      title: 'a page of another site that asks to read answers',
      outcome: everywhere,
      run: (target) =>
        target.stores.unchanged(async () => {
          const headers = {
            origin: 'https://evil.example',
            'access-control-request-method': 'POST',
            'access-control-request-headers': 'authorization, content-type',
          };
          for (const path of ['/me', '/posts', '/auth/login', '/auth/token', '/auth/sessions']) {
            for (const method of ['OPTIONS', 'GET']) {
              const answer = await target.api.call(method, path, {
                credential: target.ada.credential,
                headers,
              });
              const allowed = [...answer.headers.keys()].filter((name) =>
                name.startsWith('access-control-'),
              );
              expect(allowed, `${method} ${path}`).to.deep.equal([]);
            }
          }
        }),
    },
    {
      title: 'a form of another site: bodies that a browser sends without asking first',
      outcome: everywhere,
      run: (target) =>
        target.stores.unchanged(async () => {
          const types = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'];
          for (const type of types) {
            const answer = await target.api.call('POST', '/posts', {
              credential: target.ada.credential,
              body: '{"title":"Forged","body":"From elsewhere"}',
              headers: { 'content-type': type },
            });
            expectProblem(answer, 415, 'unsupported_media_type');
          }
        }),
    },
  ],
};
