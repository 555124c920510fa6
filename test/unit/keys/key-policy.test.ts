import { checkPrimeSync, createHash, generatePrimeSync, randomBytes } from 'node:crypto';
import { expect } from 'chai';
import type { JWK } from 'jose';
import { algorithms } from '../../../src/auth/token/keys/algorithms.js';
import { problemOfKey } from '../../../src/auth/token/keys/key-policy.js';
import type { TokenAlgorithm } from '../../../src/config/settings.js';
import { weaknessOf } from '../../../src/secrets/secret-policy.js';
import {
  lowOrderPoints,
  PRINTED_KEYS,
  PRINTED_SECRETS,
  privateP256,
  rocaModulus,
  rsaOf,
} from './weak-keys.js';

function judge(jwk: JWK, alg: TokenAlgorithm): Promise<string | undefined> {
  return problemOfKey({ kid: 'it', ...jwk }, algorithms[alg], 'verify');
}

const ed25519 = (x: Uint8Array): JWK => ({
  kty: 'OKP',
  crv: 'Ed25519',
  x: Buffer.from(x).toString('base64url'),
});

describe('an Ed25519 key', () => {
  it('is no point of small order, in any of its 14 spellings', async () => {
    const spellings = lowOrderPoints();
    expect(new Set(spellings.map((each) => Buffer.from(each).toString('hex'))).size).to.equal(14);
    for (const spelling of spellings) {
      const problem = await judge(ed25519(spelling), 'EdDSA');
      expect(problem, Buffer.from(spelling).toString('hex')).to.match(/small order|is no point/);
    }
    expect(await judge({ kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43) }, 'EdDSA')).to.match(
      /small order/,
    );
  });

  it('is a point of the curve', async () => {
    const refused: string[] = [];
    for (let last = 0; last < 32; last++) {
      // Half of all y have an x on the curve, and most of the others are in a wrong group.
      const y = Buffer.alloc(32, 7);
      y[0] = last;
      refused.push((await judge(ed25519(y), 'EdDSA')) ?? 'taken');
    }
    expect(refused).to.include('has an x that is no point of Ed25519');
    expect(refused).to.include('has an x outside the group of its curve');
    for (const bytes of [31, 33]) {
      expect(await judge(ed25519(randomBytes(bytes)), 'EdDSA')).to.match(/bytes instead of 32/);
    }
  });

  it('has no private part that repeats or counts', async () => {
    const { x } = await algorithms.EdDSA.generate();
    const d = Buffer.from(Array.from({ length: 32 }, (_, index) => index + 50));
    const jwk = { ...ed25519(Buffer.from(x as string, 'base64url')), d: d.toString('base64url') };
    expect(await judge(jwk, 'EdDSA')).to.match(/repeats or counts/);
  });
});

describe('a P-256 key', () => {
  for (const scalar of [1n, 2n, 3n, 32n, 256n]) {
    for (const opposite of [false, true]) {
      it(`is not the one of ${opposite ? 'n - ' : ''}${scalar}, in whole or in public`, async () => {
        const pair = privateP256(scalar, opposite);
        expect(await judge(pair, 'ES256')).to.match(/found by counting/);
        const { d, ...open } = pair;
        expect(await judge(open as JWK, 'ES256')).to.match(/found by counting/);
      });
    }
  }

  it('has no private part that is small, repeats or counts', async () => {
    for (const scalar of [65_536n, 2n ** 40n, BigInt(`0x${'5a'.repeat(32)}`)]) {
      expect(await judge(privateP256(scalar), 'ES256'), String(scalar)).to.match(
        /found by counting|repeats or counts/,
      );
    }
  });
});

describe('an RSA key', function () {
  this.timeout(60_000);
  const prime = (bits: number) => generatePrimeSync(bits, { bigint: true });
  const cases: [string, () => bigint, RegExp][] = [
    ['is even', () => 2n ** 2047n + 2n * prime(1000), /that 2 divides/],
    ['is divisible by 3', () => 3n * prime(2047), /that 3 divides/],
    ['is divisible by 8191', () => 8191n * prime(2040), /that 8191 divides/],
    ['is divisible by 65537', () => 65_537n * prime(2036), /small prime divides/],
    ['is divisible by 131071', () => 131_071n * prime(2036), /small prime divides/],
    ['is a prime', () => prime(2048), /is a prime/],
    ['is a square', () => prime(1024) ** 2n, /is a square/],
    ['is a cube', () => prime(683) ** 3n, /power of 3/],
    ['is a power of 7', () => prime(293) ** 7n, /power of 7/],
    ['comes of ROCA', () => rocaModulus(2048), /ROCA/],
    ['has close factors', () => closeFactors(prime(1024)), /too close/],
    ['has factors near 3 to 2', () => ratioFactors(prime(1024)), /too close/],
  ];
  for (const [what, modulus, words] of cases) {
    it(`is refused when its modulus ${what}`, async () => {
      expect(await judge(rsaOf(modulus()), 'RS256')).to.match(words);
    });
  }

  /** Fermat's method needs one step. */
  function closeFactors(p: bigint): bigint {
    return p * primeFrom(p + 2n ** 500n);
  }

  function ratioFactors(p: bigint): bigint {
    return p * primeFrom((p >> 1n) * 3n + 2n ** 300n);
  }

  function primeFrom(least: bigint): bigint {
    let candidate = least | 1n;
    while (!checkPrimeSync(candidate)) {
      candidate += 2n;
    }
    return candidate;
  }
});

describe('a key that is printed somewhere', () => {
  for (const [source, alg, jwk] of PRINTED_KEYS) {
    it(`is refused, with and without its private part: ${source}`, async () => {
      expect(await judge(jwk, alg)).to.match(/^is public: its private part is printed in/);
      const { d, ...open } = jwk;
      expect(await judge(open as JWK, alg)).to.match(/^is public/);
    });
  }
});

describe('a shared secret', () => {
  const base64url = (text: string) => Buffer.from(text).toString('base64url');
  const typed = [
    ...PRINTED_SECRETS,
    '09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7',
    '404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970',
    base64url('404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970'),
    'a'.repeat(43),
    'changemechangemechangemechangemechangeme',
    'changemechangemechangemechangemechangemechangeme',
    'secretsecretsecretsecretsecretsecretsecretsecret',
    'your-256-bit-secret-your-256-bit-secret-your-256',
    'this-is-a-very-long-secret-key-for-development-only',
    'my_super_secret_jwt_signing_key_please_change_me_1',
    'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKL',
    '0123456789abcdef0123456789abcdef0123456789abcdef',
    '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',
    '1234567890123456789012345678901234567890123456',
    base64url('a-string-secret-at-least-256-bits-long'),
    base64url('your-256-bit-secret, but some longer key'),
    base64url('keyboard cat keyboard cat keyboard cat'),
    base64url('qwertyuiopasdfghjklzxcvbnm1234567890'),
    base64url('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'),
    base64url(PRINTED_SECRETS[0] as string),
  ];
  for (const text of typed) {
    it(`is refused: ${text.slice(0, 60)}`, () => {
      expect(weaknessOf(Buffer.from(text, 'base64url'))).to.match(/^is (too weak|public)/);
    });
  }

  const made: [string, (index: number) => number][] = [
    ['one byte', () => 200],
    ['counting', (index) => index],
    ['counting down from 200', (index) => 200 - index],
    ['counting by seven', (index) => index * 7],
    ['a counter of two bytes', (index) => (index % 2 === 0 ? 0 : index)],
    ['a counter of four bytes', (index) => (index % 4 === 3 ? 17 * index : index % 4)],
    ['13 bytes again and again', (index) => (index % 13) ** 2 * 31],
    ['two halves that are the same', (index) => ((index % 32) * 97 + 31) ** 2],
  ];
  for (const [what, byte] of made) {
    it(`is refused: ${what}`, () => {
      const bytes = Uint8Array.from({ length: 64 }, (_, index) => byte(index));
      expect(weaknessOf(bytes)).to.match(/^is too weak/);
    });
  }

  it('is taken when it is random: as bytes, in hexadecimal, as text', () => {
    for (let round = 0; round < 2000; round++) {
      const bytes = createHash('sha256').update(`round ${round}`).digest();
      expect(weaknessOf(bytes)).to.equal(undefined);
      expect(weaknessOf(Buffer.from(bytes.toString('hex')))).to.equal(undefined);
      expect(weaknessOf(Buffer.from(bytes.toString('hex'), 'base64url'))).to.equal(undefined);
      expect(weaknessOf(Buffer.from(bytes.toString('base64url')))).to.equal(undefined);
    }
  });
});

describe('a generated key', function () {
  this.timeout(60_000);
  for (const [alg, count] of [
    ['HS256', 200],
    ['ES256', 100],
    ['EdDSA', 100],
    ['RS256', 4],
  ] as const) {
    it(`passes: ${count} of ${alg}`, async () => {
      for (let round = 0; round < count; round++) {
        expect(await problemOfKey(await algorithms[alg].generate(), algorithms[alg], 'sign'))
          .to //
          .equal(undefined);
      }
    });
  }
});
