import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { ApiClient, expectProblem } from '../../support/api-client.js';
import {
  decodeToken,
  encodePart,
  forge,
  hmac,
  publicPart,
  resign,
  signature,
  strangersKey,
  trueKey,
} from '../../support/token-forge.js';
import { type AttackFamily, onSigned } from '../attack.js';
import { presentEach } from '../forged-tokens.js';
import { type AttackTarget, secretOf } from '../target.js';

/** Names of keys that mean something to a file system, a database, a shell or JavaScript. */
const STRANGE_KIDS = [
  '../../../../../../dev/null',
  '/dev/null',
  'file:///dev/null',
  '..\\..\\..\\windows\\win.ini',
  '/proc/self/environ',
  "' OR '1'='1",
  "' UNION SELECT 'AAAA' -- ",
  "'; DROP TABLE signing_keys; --",
  '$(id)',
  '|id',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '\u0000',
  'true-hs256\u0000',
  '*',
  '',
  ' ',
  'k'.repeat(300),
  'k'.repeat(5000),
];

/** What a header may say about keys and extensions, and what nobody may believe. */
export const jwtHeader: AttackFamily = {
  name: 'jwt-header',
  attacks: [
    {
      title: 'a key embedded as jwk, with a signature that fits it',
      outcome: onSigned,
      run: (target) => {
        const { alg, kid, key, jwk } = strangerOf(target);
        const sign = (input: string) => signature(alg, input, key);
        return presentEach(target, [
          forge(target.ada.secret, { header: { jwk } }, sign),
          forge(target.ada.secret, { header: { jwk: { ...jwk, kid }, kid: undefined } }, sign),
          forge(target.ada.secret, { header: { jwk: { ...jwk, kid: 'mine' }, kid: 'mine' } }, sign),
        ]);
      },
    },
    {
      title: 'an address of keys in jku or x5u, with a signature that fits them',
      outcome: onSigned,
      run: async (target) => {
        const { alg, kid, key, jwk } = strangerOf(target);
        let asked = 0;
        const server = createServer((_request, response) => {
          asked += 1;
          response.setHeader('content-type', 'application/json');
          response.end(JSON.stringify({ keys: [{ ...jwk, kid, alg, use: 'sig' }] }));
        });
        await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
        const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
        try {
          await presentEach(
            target,
            [{ jku: address }, { x5u: address }, { jku: address, kid: 'mine' }].map((header) =>
              forge(target.ada.secret, { header }, (input) => signature(alg, input, key)),
            ),
          );
          expect(asked, 'requests that the service made for the attacker').to.equal(0);
        } finally {
          server.close();
        }
      },
    },
    {
      title: "a certificate in x5c, with a signature of the certificate's key",
      outcome: onSigned,
      run: (target) => {
        const { alg, key, jwk } = strangerOf(target);
        const certificate = Buffer.from(JSON.stringify(jwk)).toString('base64');
        return presentEach(
          target,
          [{ x5c: [certificate] }, { x5c: [certificate], kid: undefined }, { x5t: 'AAAA' }].map(
            (header) => forge(target.ada.secret, { header }, (input) => signature(alg, input, key)),
          ),
        );
      },
    },
    {
      title: 'a kid that is a path, a piece of SQL or a name that objects have',
      outcome: onSigned,
      run: (target) =>
        presentEach(
          target,
          STRANGE_KIDS.flatMap((kid) => [
            resign(target.ada.secret, { header: { kid } }),
            // What a key read from such a place would be: nothing, or what the attacker put there.
            forge(target.ada.secret, { header: { kid, alg: 'HS256' } }, (input) =>
              hmac('HS256', input, Buffer.from(kid.includes('UNION') ? 'AAAA' : '')),
            ),
          ]),
        ),
    },
    {
      title: 'a kid that is missing or no text',
      outcome: onSigned,
      run: (target) => {
        const { kid } = decodeToken(target.ada.secret).header;
        const values = [undefined, null, 0, true, [kid], { kid }];
        return presentEach(
          target,
          values.map((value) => resign(target.ada.secret, { header: { kid: value } })),
        );
      },
    },
    {
      title: 'a flood of kids that nobody knows',
      outcome: onSigned,
      run: async (target) => {
        // With keys in the database, where looking for one more often would cost something.
        const service = await target.start({ TOKEN_KEYS: '' });
        const api = new ApiClient(service.url);
        const own = await api.login(target.ada.account.email, target.ada.account.password);
        const credential = { authorization: `Bearer ${own.body.access_token}` };
        const flood = Array.from({ length: 300 }, (_, index) =>
          target.carry(resign(target.ada.secret, { header: { kid: `unknown-${index}` } })),
        );
        await target.stores.unchanged(async () => {
          const startedAt = performance.now();
          const answers = await Promise.all(flood.map((each) => target.me(each, api)));
          for (const answer of answers) {
            expectProblem(answer, 401, 'credential_invalid');
          }
          expect(performance.now() - startedAt, 'milliseconds').to.be.below(3000);
          expect((await target.me(credential, api)).status, 'a good token').to.equal(200);
        });
        expect(secretOf(credential)).to.not.equal('');
        await service.stop();
      },
    },
    {
      title: 'an extension in crit that nobody knows',
      outcome: onSigned,
      run: (target) =>
        presentEach(
          target,
          [
            { crit: ['https://evil.example/ext'], 'https://evil.example/ext': true },
            { crit: ['exp'], exp: 1 },
            { crit: ['alg'] },
            { crit: [] },
            { crit: [''] },
            { crit: 'b64' },
            { crit: [1] },
            { crit: ['absent'] },
            { crit: null },
            { crit: {} },
          ].map((header) => resign(target.ada.secret, { header })),
        ),
    },
    {
      title: 'b64 false, with a signature over the bare claims or over the encoded ones',
      outcome: onSigned,
      run: (target) => {
        const { header, claims } = decodeToken(target.ada.secret);
        const { alg, kid } = header as { alg: string; kid: string };
        const head = encodePart({ ...header, b64: false, crit: ['b64'] });
        const bare = signature(alg, `${head}.${JSON.stringify(claims)}`, trueKey(alg));
        const payload = encodePart(claims);
        return presentEach(target, [
          resign(target.ada.secret, { header: { b64: false, crit: ['b64'] } }),
          `${head}.${payload}.${bare.toString('base64url')}`,
          `${head}..${bare.toString('base64url')}`,
          forge(target.ada.secret, { header: { alg, kid, b64: false } }, (input) =>
            signature(alg, `${input.split('.')[0]}.${JSON.stringify(claims)}`, trueKey(alg)),
          ),
        ]);
      },
    },
    {
      title: 'another form of the same token: JSON, encrypted, nested, or in more or fewer parts',
      outcome: onSigned,
      run: async (target) => {
        const { secret } = target.ada;
        const [head, payload, mark] = secret.split('.');
        await presentEach(target, [
          JSON.stringify({ protected: head, payload, signature: mark }),
          JSON.stringify({ payload, signatures: [{ protected: head, signature: mark }] }),
          `${head}.${payload}`,
          `${secret}.`,
          `.${secret}`,
          `${secret}.${mark}`,
          `${head}.${payload}.${mark}.${head}.${payload}`,
          `${head}..${mark}`,
          '..',
          resign(secret, { header: { cty: 'JWT', typ: 'JWT' } }),
          resign(secret, { header: { zip: 'DEF', alg: 'dir', enc: 'A256GCM' } }),
          encodePart(secret),
        ]);
      },
    },
  ],
};

function strangerOf(target: AttackTarget) {
  const { alg, kid } = decodeToken(target.ada.secret).header as { alg: string; kid: string };
  const key = strangersKey(alg);
  return { alg, kid, key, jwk: alg === 'HS256' ? key : publicPart(key) };
}
