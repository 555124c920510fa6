import { generateKeyPairSync, type JsonWebKey, type webcrypto } from 'node:crypto';
import { expect } from 'chai';
import { type JWK, jwtVerify, SignJWT } from 'jose';
import { algorithms } from '../../../src/auth/token/keys/algorithms.js';
import { openConfiguredKeys } from '../../../src/auth/token/keys/configured-keys.js';
import type { TokenAlgorithm } from '../../../src/config/settings.js';
import { StartupError } from '../../../src/server/errors.js';

const names = Object.keys(algorithms) as TokenAlgorithm[];

function open(keys: unknown, alg: TokenAlgorithm) {
  return openConfiguredKeys(JSON.stringify({ keys }), algorithms[alg]);
}

async function problemsOf(keys: unknown, alg: TokenAlgorithm): Promise<string> {
  try {
    await open(keys, alg);
  } catch (error) {
    expect(error).to.be.instanceOf(StartupError).that.includes({ code: 'config_invalid' });
    return (error as Error).message;
  }
  throw new Error('the keys were accepted');
}

function rsa(modulusLength: number, publicExponent = 65_537): JsonWebKey {
  const pair = generateKeyPairSync('rsa', { modulusLength, publicExponent });
  return pair.privateKey.export({ format: 'jwk' });
}

function publicPartOf(jwk: JWK): JWK {
  const { d, p, q, dp, dq, qi, k, ...rest } = jwk;
  return rest as JWK;
}

describe('keys from the configuration', () => {
  const made = {} as Record<TokenAlgorithm, JWK>;

  before(async () => {
    for (const name of names) {
      made[name] = { ...(await algorithms[name].generate()), kid: `my ${name}` };
    }
  });

  for (const alg of names) {
    it(`of ${alg} sign and verify tokens, with alg and kid in the header`, async () => {
      const keys = await open([made[alg]], alg);
      const signing = keys.signingKey();
      expect(signing).to.include({ kid: `my ${alg}`, alg });
      const token = await new SignJWT({ sub: '1' })
        .setProtectedHeader({ alg, kid: signing?.kid as string })
        .sign(signing?.key as webcrypto.CryptoKey);
      const verified = await jwtVerify(
        token,
        (await keys.verificationKey(`my ${alg}`)) as webcrypto.CryptoKey,
        {
          algorithms: [alg],
        },
      );
      expect(verified.payload.sub).to.equal('1');
      expect(signing?.key.extractable).to.equal(false);
    });
  }

  it('are of one algorithm: the first signs, all verify, the others stay out', async () => {
    const second = { ...(await algorithms.ES256.generate()), kid: 'second' };
    const third = publicPartOf({ ...(await algorithms.ES256.generate()), kid: 'third' });
    const keys = await open([made.RS256, made.ES256, second, third, made.HS256], 'ES256');
    expect(keys.signingKey()?.kid).to.equal('my ES256');
    for (const kid of ['my ES256', 'second', 'third']) {
      expect(keys.verificationKey(kid), kid).to.have.property('type', 'public');
    }
    expect(keys.verificationKey('my RS256')).to.equal(undefined);
    expect(keys.verificationKey('__proto__')).to.equal(undefined);
    expect(keys.publicKeys()?.keys.map(({ kid }) => kid)).to.deep.equal([
      'my ES256',
      'second',
      'third',
    ]);
  });

  it('are published without their private part, and symmetric ones not at all', async () => {
    for (const alg of ['ES256', 'EdDSA', 'RS256'] as const) {
      const [published] = (await open([made[alg]], alg)).publicKeys()?.keys ?? [];
      expect(published).to.deep.equal({ ...publicPartOf(made[alg]), alg, use: 'sig' });
    }
    expect((await open([made.HS256], 'HS256')).publicKeys()).to.equal(undefined);
  });

  it('may carry the newer name of EdDSA', async () => {
    expect((await open([{ ...made.EdDSA, alg: 'Ed25519' }], 'EdDSA')).signingKey()?.alg).to.equal(
      'EdDSA',
    );
  });

  const refused: [string, TokenAlgorithm, () => unknown[], RegExp][] = [
    [
      'no key of the algorithm',
      'ES256',
      () => [made.RS256],
      /^TOKEN_KEYS: holds no key for ES256$/,
    ],
    [
      'a key without kid',
      'ES256',
      () => [{ ...made.ES256, kid: undefined }],
      /key 1 of 1 has no kid/,
    ],
    ['an empty kid', 'ES256', () => [{ ...made.ES256, kid: '' }], /key "" has no kid/],
    [
      'a kid twice',
      'ES256',
      () => [made.ES256, { ...made.RS256, kid: 'my ES256' }],
      /key "my ES256" is there twice/,
    ],
    [
      'an algorithm unknown here',
      'ES256',
      () => [made.ES256, { ...made.RS256, alg: 'none' }],
      /key "my RS256" has alg none, unknown here/,
    ],
    [
      'alg against kty',
      'HS256',
      () => [{ ...made.RS256, alg: 'HS256' }],
      /key "my RS256" has alg HS256, which contradicts its kty RSA/,
    ],
    [
      'alg against kty in a key of another algorithm',
      'ES256',
      () => [made.ES256, { ...made.RS256, alg: 'HS256' }],
      /key "my RS256" has alg HS256, which contradicts its kty RSA/,
    ],
    [
      'a secret of 31 bytes',
      'HS256',
      () => [
        { ...made.HS256, k: Buffer.alloc(31, 'abcdefghijklmnopqrstuvwxyz').toString('base64url') },
      ],
      /key "my HS256" is too weak: 31 bytes/,
    ],
    [
      'a secret that repeats',
      'HS256',
      () => [{ ...made.HS256, k: Buffer.alloc(64, 'abc').toString('base64url') }],
      /key "my HS256" is too weak: it repeats/,
    ],
    [
      'a weak secret that only verifies',
      'HS256',
      () => [made.HS256, { ...made.HS256, kid: 'old', k: 'c2VjcmV0' }],
      /key "old" is too weak: 6 bytes/,
    ],
    [
      'RSA of 1024 bits',
      'RS256',
      () => [{ ...rsa(1024), kid: 'small' }],
      /key "small" has 1024 bits/,
    ],
    [
      'RSA of 2047 bits',
      'RS256',
      () => [{ ...rsa(2047), kid: 'short' }],
      /key "short" has 2047 bits/,
    ],
    [
      'RSA with exponent 3',
      'RS256',
      () => [{ ...rsa(2048, 3), kid: 'odd' }],
      /key "odd" has an exponent other than 65537/,
    ],
    [
      'RSA from two keys',
      'RS256',
      () => [{ ...made.RS256, n: rsa(2048).n }],
      /key "my RS256" is no RS256 key/,
    ],
    [
      'EC on another curve',
      'ES256',
      () => [
        {
          ...generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({
            format: 'jwk',
          }),
          kid: 'p384',
        },
      ],
      /key "p384" is on the curve P-384/,
    ],
    [
      'a point that is not on the curve',
      'ES256',
      () => [{ ...made.ES256, x: made.ES256.y }],
      /key "my ES256" is no ES256 key/,
    ],
    [
      'OKP on another curve',
      'EdDSA',
      () => [{ ...generateKeyPairSync('x25519').privateKey.export({ format: 'jwk' }), kid: 'x' }],
      /key "x" is on the curve X25519/,
    ],
    [
      'a public key first',
      'ES256',
      () => [publicPartOf(made.ES256)],
      /key "my ES256" is a public key/,
    ],
    [
      'a public key first',
      'RS256',
      () => [publicPartOf(made.RS256)],
      /key "my RS256" is a public key/,
    ],
    [
      'a secret that is not there',
      'HS256',
      () => [publicPartOf(made.HS256)],
      /key "my HS256" has no "k" in base64url/,
    ],
    [
      'a secret with padding',
      'HS256',
      () => [{ ...made.HS256, k: `${made.HS256.k}=` }],
      /key "my HS256" has no "k" in base64url/,
    ],
    [
      'a key for encryption',
      'RS256',
      () => [{ ...made.RS256, use: 'enc' }],
      /key "my RS256" has use "enc"/,
    ],
    [
      'key_ops without sign',
      'ES256',
      () => [{ ...made.ES256, key_ops: ['verify'] }],
      /key "my ES256" has key_ops without "sign"/,
    ],
    [
      'a secret whose key_ops lack verify',
      'HS256',
      () => [{ ...made.HS256, key_ops: ['sign'] }],
      /key "my HS256" has key_ops without "verify"/,
    ],
    [
      'a second key whose key_ops lack verify',
      'ES256',
      () => [made.ES256, { ...publicPartOf(made.ES256), kid: 'b', key_ops: [] }],
      /key "b" has key_ops without "verify"/,
    ],
    [
      'half an RSA key',
      'RS256',
      () => [{ ...made.RS256, p: undefined }],
      /key "my RS256" is no RS256 key/,
    ],
  ];
  for (const [what, alg, keys, words] of refused) {
    it(`are refused by name: ${what} (${alg})`, async () => {
      const message = await problemsOf(keys(), alg);
      expect(message).to.match(words);
      expect(message).to.not.include(made.HS256.k).and.not.include(made.ES256.d);
    });
  }

  it('report every problem at once', async () => {
    const message = await problemsOf(
      [
        { ...rsa(1024), kid: 'small' },
        { ...made.RS256, use: 'enc' },
      ],
      'RS256',
    );
    expect(message.split('; ')).to.have.length(2);
  });

  for (const text of ['', 'keys', '[]', '{}', '{"keys":{}}']) {
    it(`are refused when they are no JWK Set: ${text || 'nothing'}`, async () => {
      const error = await openConfiguredKeys(text, algorithms.ES256).catch((reason) => reason);
      expect(error).to.include({ code: 'config_invalid' });
      expect(error.message).to.match(/^TOKEN_KEYS: is not a JWK Set/);
    });
  }
});

describe('an entry of the configuration that is no key', () => {
  for (const [entry, name] of [
    ['7', 'key 1 of 1'],
    ['null', 'key 1 of 1'],
    ['{"kid":"a"}', 'key "a"'],
    ['{"kty":"EC","kid":7}', 'key 1 of 1'],
    ['{"kty":"EC","kid":"a","key_ops":"sign"}', 'key "a"'],
  ] as const) {
    it(`is named: ${entry}`, async () => {
      const text = `{"keys":[${entry}]}`;
      const error = await openConfiguredKeys(text, algorithms.ES256).catch((reason) => reason);
      expect(error).to.include({ code: 'config_invalid' });
      expect(error.message).to.match(new RegExp(`^TOKEN_KEYS: ${name} is not a JWK`));
    });
  }
});

describe('a generated key', () => {
  it('is named by its thumbprint, but a secret by chance', async () => {
    // RFC 8037, appendix A.3, is checked by jose; here: the name depends on the public part alone.
    const { calculateJwkThumbprint } = await import('jose');
    for (const alg of ['ES256', 'EdDSA', 'RS256'] as const) {
      const jwk = await algorithms[alg].generate();
      expect(jwk.kid).to.equal(await calculateJwkThumbprint(publicPartOf(jwk)));
    }
    const secret = await algorithms.HS256.generate();
    expect(secret.kid).to.not.equal(await calculateJwkThumbprint(secret));
    expect(Buffer.from(secret.k as string, 'base64url')).to.have.length(32);
  });
});
