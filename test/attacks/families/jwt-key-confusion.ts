import { createPublicKey } from 'node:crypto';
import { expect } from 'chai';
import { decodeToken, forge, hmac, signature, trueKey } from '../../support/token-forge.js';
import { type AttackFamily, isSigned, notApplicable, onPublicKeys, REFUSED } from '../attack.js';
import { presentEach } from '../forged-tokens.js';
import type { AttackTarget } from '../target.js';

/** The public key is known to everybody. Whoever gets it taken for a secret can sign. */
export const jwtKeyConfusion: AttackFamily = {
  name: 'jwt-key-confusion',
  attacks: [
    {
      title: 'a token signed with HMAC and the public key as its secret, in every encoding of it',
      outcome: onPublicKeys,
      run: async (target) => {
        const secrets = await encodingsOfPublicKey(target);
        const { kid } = decodeToken(target.ada.secret).header;
        await presentEach(
          target,
          secrets.flatMap((secret) =>
            ['HS256', 'HS384', 'HS512'].flatMap((alg) =>
              [kid, trueKey('HS256').kid, undefined].map((name) =>
                forge(target.ada.secret, { header: { alg, kid: name } }, (input) =>
                  hmac(alg, input, secret),
                ),
              ),
            ),
          ),
        );
      },
    },
    {
      title: 'the name of the right algorithm over an HMAC with the public key',
      outcome: onPublicKeys,
      run: async (target) => {
        const secrets = await encodingsOfPublicKey(target);
        await presentEach(
          target,
          secrets.map((secret) =>
            forge(target.ada.secret, {}, (input) => hmac('HS256', input, secret)),
          ),
        );
      },
    },
    {
      title: 'the shared secret taken for the key of a public algorithm',
      outcome: (facts) =>
        isSigned(facts) && !facts.description.verifiableByThirdParty
          ? REFUSED
          : notApplicable('no shared secret signs its credential'),
      run: (target) => {
        const { kid } = decodeToken(target.ada.secret).header;
        return presentEach(
          target,
          ['ES256', 'EdDSA', 'RS256'].map((alg) =>
            forge(target.ada.secret, { header: { alg, kid } }, (input) =>
              signature(alg, input, trueKey(alg)),
            ),
          ),
        );
      },
    },
    {
      title: 'a private part in what the service publishes',
      outcome: (facts) =>
        isSigned(facts) ? REFUSED : notApplicable('its credential is not a signed token'),
      run: async (target) => {
        const answer = await target.api.call('GET', '/.well-known/jwks.json');
        if (!target.module.description.verifiableByThirdParty) {
          expect(answer.status).to.equal(404);
          return;
        }
        expect(answer.status).to.equal(200);
        for (const key of answer.body.keys) {
          expect(key).to.not.have.any.keys('d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k');
          expect(key.kty).to.not.equal('oct');
        }
      },
    },
  ],
};

/** Every way in which a program might hand the published key to HMAC. */
async function encodingsOfPublicKey(target: AttackTarget): Promise<Buffer[]> {
  const { body } = await target.api.call('GET', '/.well-known/jwks.json');
  const { kid } = decodeToken(target.ada.secret).header;
  const published = body.keys.find((key: { kid: string }) => key.kid === kid);
  expect(published, 'the published key').to.be.an('object');
  const key = createPublicKey({ key: published, format: 'jwk' });
  const pem = key.export({ format: 'pem', type: 'spki' }).toString();
  const der = key.export({ format: 'der', type: 'spki' });
  const bare = key.export({ format: 'jwk' });
  const texts = [
    pem,
    pem.trim(),
    pem.replaceAll('\n', '\r\n'),
    pem.replaceAll('\n', ''),
    pem.replaceAll(/-----.*-----|\n/g, ''),
    der.toString('base64'),
    der.toString('base64url'),
    der.toString('hex'),
    JSON.stringify(published),
    JSON.stringify(bare),
    JSON.stringify(body),
    String(bare.x ?? bare.n),
  ];
  const pkcs1 = published.kty === 'RSA' ? [key.export({ format: 'der', type: 'pkcs1' })] : [];
  return [
    ...texts.map((text) => Buffer.from(text)),
    der,
    ...pkcs1,
    Buffer.from(String(bare.x ?? bare.n), 'base64url'),
  ];
}
