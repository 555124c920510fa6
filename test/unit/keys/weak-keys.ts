import { checkPrimeSync, createECDH, generatePrimeSync } from 'node:crypto';
import type { JWK } from 'jose';
import type { TokenAlgorithm } from '../../../src/config/settings.js';

/** Keys that anybody can forge for, made from their definitions. */

const P = 2n ** 255n - 19n;

/**
 * The eight points of small order of Ed25519 in all spellings that libraries take: Chalkias, Garillot,
 * Nikolaenko: Taming the many EdDSAs (2020).
 */
export function lowOrderPoints(): Uint8Array[] {
  const order8 = BigInt(
    `0x${Buffer.from('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a', 'hex')
      .reverse()
      .toString('hex')}`,
  );
  const ys = [0n, 1n, P - 1n, P, P + 1n, order8, P - order8];
  return ys.flatMap((y) => [littleEndian(y), littleEndian(y + 2n ** 255n)]);
}

function littleEndian(value: bigint): Uint8Array {
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse();
}

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** @param opposite n - scalar instead, whose point has the same x */
export function privateP256(scalar: bigint, opposite = false): JWK {
  const d = Buffer.from((opposite ? ORDER - scalar : scalar).toString(16).padStart(64, '0'), 'hex');
  const pair = createECDH('prime256v1');
  pair.setPrivateKey(d);
  const point = pair.getPublicKey();
  return {
    kty: 'EC',
    crv: 'P-256',
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
    d: d.toString('base64url'),
  };
}

export function rsaOf(modulus: bigint): JWK {
  const hex = modulus.toString(16);
  const n = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
  return { kty: 'RSA', n: n.toString('base64url'), e: 'AQAB' };
}

/** Nemec et al. (2017): p = k M + (65537^a mod M), M the product of small primes. */
export function rocaModulus(bits: number): bigint {
  // Of 39 primes, as in the fingerprint that was published; their generator took up to 225.
  const primorial = PRIMES.reduce((product, prime) => product * BigInt(prime), 1n);
  return rocaNumber(primorial, bits / 2) * rocaNumber(primorial, bits / 2);
}

function rocaNumber(primorial: bigint, bits: number): bigint {
  const a = generatePrimeSync(64, { bigint: true });
  let power = 1n;
  let square = 65_537n;
  for (let rest = a; rest > 0n; rest >>= 1n) {
    power = rest & 1n ? (power * square) % primorial : power;
    square = (square * square) % primorial;
  }
  const least = 3n * 2n ** BigInt(bits - 2);
  for (let k = least / primorial + 1n; ; k++) {
    const candidate = k * primorial + power;
    if (checkPrimeSync(candidate)) {
      return candidate;
    }
  }
}

const isPrime = (n: number) => {
  for (let divisor = 2; divisor * divisor <= n; divisor++) {
    if (n % divisor === 0) {
      return false;
    }
  }
  return true;
};
const PRIMES = Array.from({ length: 166 }, (_, index) => index + 2).filter(isPrime);

export const PRINTED_KEYS: readonly [string, TokenAlgorithm, JWK][] = [
  [
    'RFC 7515, A.2',
    'RS256',
    {
      kty: 'RSA',
      n: 'ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ',
      e: 'AQAB',
    },
  ],
  [
    'RFC 7515, A.3',
    'ES256',
    {
      kty: 'EC',
      crv: 'P-256',
      x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
      y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
      d: 'jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI',
    },
  ],
  [
    'RFC 7517, A.2',
    'ES256',
    {
      kty: 'EC',
      crv: 'P-256',
      x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
      y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
      d: '870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE',
    },
  ],
  [
    'RFC 7517, A.2, RSA',
    'RS256',
    {
      kty: 'RSA',
      n: '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw',
      e: 'AQAB',
    },
  ],
  [
    'RFC 8037, A.1',
    'EdDSA',
    {
      kty: 'OKP',
      crv: 'Ed25519',
      x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
      d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
    },
  ],
];

/** RFC 7515, A.1, and RFC 7520, 3.5, in base64url. */
export const PRINTED_SECRETS: readonly string[] = [
  'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow',
  'hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg',
];
