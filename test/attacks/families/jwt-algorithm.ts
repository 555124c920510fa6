import {
  forge,
  hmac,
  resign,
  signature,
  strangersKey,
  trueKey,
} from '../../support/token-forge.js';
import { type AttackFamily, onSigned } from '../attack.js';
import { expectAccepted, presentEach } from '../forged-tokens.js';
import type { AttackTarget } from '../target.js';

const none = (): Buffer => Buffer.alloc(0);

/** The header tells the service how to check, and the attacker writes the header. */
export const jwtAlgorithm: AttackFamily = {
  name: 'jwt-algorithm',
  attacks: [
    {
      title: 'alg none in any spelling, without a signature',
      outcome: onSigned,
      run: async (target) => {
        await expectAccepted(target, resign(target.ada.secret));
        const spellings = [
          'none',
          'None',
          'NONE',
          'nOnE',
          ' none',
          'none ',
          'none\u0000',
          '',
          'null',
        ];
        await presentEach(
          target,
          spellings.map((alg) => forge(target.ada.secret, { header: { alg } }, none)),
        );
      },
    },
    {
      title: 'alg none with the signature left on',
      outcome: onSigned,
      run: (target) => {
        const mark = Buffer.from(target.ada.secret.split('.')[2] ?? '', 'base64url');
        return presentEach(
          target,
          ['none', 'None', 'nOnE'].map((alg) =>
            forge(target.ada.secret, { header: { alg } }, () => mark),
          ),
        );
      },
    },
    {
      title: 'an alg that is missing or no text',
      outcome: onSigned,
      run: (target) => {
        const own = String(JSON.parse(decodeHeader(target.ada.secret)).alg);
        const values = [undefined, null, 0, true, [own], { alg: own }];
        return presentEach(
          target,
          values.flatMap((alg) => [
            resign(target.ada.secret, { header: { alg } }),
            forge(target.ada.secret, { header: { alg } }, none),
          ]),
        );
      },
    },
    {
      title: 'an empty signature, or one of zeros',
      outcome: onSigned,
      run: (target) => {
        const length = Buffer.from(target.ada.secret.split('.')[2] ?? '', 'base64url').length;
        return presentEach(target, [
          forge(target.ada.secret, {}, none),
          forge(target.ada.secret, {}, () => Buffer.alloc(length)),
          forge(target.ada.secret, {}, () => Buffer.alloc(1)),
          // CVE-2022-21449: r and s of zero were good for every message.
          forge(target.ada.secret, {}, () => Buffer.alloc(64)),
        ]);
      },
    },
    {
      title: 'the right key with another hash of the same family',
      outcome: onSigned,
      run: (target) => {
        const key = trueKey('HS256');
        return presentEach(
          target,
          ['HS384', 'HS512'].map((alg) =>
            forge(target.ada.secret, { header: { alg, kid: key.kid } }, (input) =>
              signature(alg, input, key),
            ),
          ),
        );
      },
    },
    {
      title: 'the right name of the algorithm over a signature of another one',
      outcome: onSigned,
      run: (target) =>
        presentEach(
          target,
          algorithmsBut(target).map((alg) =>
            forge(target.ada.secret, {}, (input) => signature(alg, input, trueKey(alg))),
          ),
        ),
    },
    {
      title: 'a good token of another algorithm, signed with a true key that is not for this API',
      outcome: onSigned,
      run: (target) =>
        presentEach(
          target,
          algorithmsBut(target).flatMap((alg) => {
            const key = trueKey(alg);
            const own = JSON.parse(decodeHeader(target.ada.secret)).kid;
            return [key.kid, own].map((kid) =>
              forge(target.ada.secret, { header: { alg, kid } }, (input) =>
                signature(alg, input, key),
              ),
            );
          }),
        ),
    },
    {
      title: "a stranger's key under the right name",
      outcome: onSigned,
      run: (target) => {
        const { alg } = JSON.parse(decodeHeader(target.ada.secret));
        const key = strangersKey(alg);
        return presentEach(target, [
          forge(target.ada.secret, {}, (input) => signature(alg, input, key)),
        ]);
      },
    },
    {
      title: 'a secret that people forget to change',
      outcome: onSigned,
      run: (target) =>
        presentEach(
          target,
          ['', 'secret', 'changeme', 'password', 'your-256-bit-secret', 'null', '\0'].map((word) =>
            forge(target.ada.secret, { header: { alg: 'HS256' } }, (input) =>
              hmac('HS256', input, Buffer.from(word)),
            ),
          ),
        ),
    },
  ],
};

function decodeHeader(token: string): string {
  return Buffer.from(token.split('.')[0] ?? '', 'base64url').toString();
}

/** All that this service knows, but for the one that signs here. */
function algorithmsBut(target: AttackTarget): string[] {
  const own = JSON.parse(decodeHeader(target.ada.secret)).alg;
  return ['HS256', 'ES256', 'EdDSA', 'RS256'].filter((alg) => alg !== own);
}
