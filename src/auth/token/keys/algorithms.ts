import { randomBytes, type webcrypto } from 'node:crypto';
import { calculateJwkThumbprint, type JWK } from 'jose';
import type { TokenAlgorithm } from '../../../config/settings.js';
import { isPredictable } from '../../../secrets/predictable-bytes.js';
import { weaknessOf } from '../../../secrets/secret-policy.js';
import { weaknessOfPoint } from './weakness/ed25519.js';
import { bitLength, fromBytes } from './weakness/integers.js';
import { weaknessOfCoordinate, weaknessOfScalar } from './weakness/p256.js';
import { publicationOfKey } from './weakness/published-keys.js';
import { factorable } from './weakness/rsa.js';

/** Everything this service needs to know about one algorithm. */
export interface Algorithm {
  readonly name: TokenAlgorithm;
  /** Whoever can verify can sign too, so nothing of it is ever published. */
  readonly symmetric: boolean;
  readonly keyType: 'oct' | 'EC' | 'OKP' | 'RSA';
  /** `crv` of the JWK. */
  readonly curve?: string;
  /** What `alg` of a JWK may be called. */
  readonly jwkAlgs: readonly string[];
  /** For the `import` and the use of Web Crypto. */
  readonly parameters: KeyParameters;
  readonly publicMembers: readonly (keyof JWK)[];
  readonly privateMembers: readonly (keyof JWK)[];
  /** What is wrong with the key itself, in words that follow its name, or undefined. */
  weaknessOf(jwk: JWK): string | undefined | Promise<string | undefined>;
  /** A new private key with its `kid`. */
  generate(): Promise<JWK>;
}

type KeyParameters = (
  | webcrypto.HmacImportParams
  | webcrypto.EcKeyImportParams
  | webcrypto.RsaHashedImportParams
  | webcrypto.Algorithm
) & { readonly name: string };

const RSA_BITS_MIN = 2048;
/** The work of a signature grows with the cube of it: more is a way to keep the processor busy. */
const RSA_BITS_MAX = 8192;
/** 65537, base64url. */
const RSA_EXPONENT = 'AQAB';

const HS256: Algorithm = {
  name: 'HS256',
  symmetric: true,
  keyType: 'oct',
  jwkAlgs: ['HS256'],
  parameters: { name: 'HMAC', hash: 'SHA-256' },
  publicMembers: ['kty'],
  privateMembers: ['k'],
  weaknessOf: ({ k }) => weaknessOf(decode(k)),
  generate: async () => ({
    kty: 'oct',
    k: randomBytes(32).toString('base64url'),
    // Random, for a thumbprint would be a hash of the secret (RFC 7638, section 7).
    kid: randomBytes(16).toString('base64url'),
  }),
};

const ES256: Algorithm = {
  name: 'ES256',
  symmetric: false,
  keyType: 'EC',
  curve: 'P-256',
  jwkAlgs: ['ES256'],
  // Web Crypto wants the curve for the key and the hash for the signature, and ignores the other.
  parameters: { name: 'ECDSA', namedCurve: 'P-256' },
  publicMembers: ['kty', 'crv', 'x', 'y'],
  privateMembers: ['d'],
  weaknessOf: (jwk) =>
    sizeProblem(jwk, ['x', 'y', 'd']) ??
    publicationOf(ES256, jwk) ??
    weaknessOfCoordinate(decode(jwk.x)) ??
    (jwk.d == null ? undefined : weaknessOfScalar(decode(jwk.d))) ??
    guessable(jwk),
  generate: () => generatePair(ES256, { name: 'ECDSA', namedCurve: 'P-256' }),
};

const EdDSA: Algorithm = {
  name: 'EdDSA',
  symmetric: false,
  keyType: 'OKP',
  curve: 'Ed25519',
  // RFC 9864 gave it a second name, which newer tools write.
  jwkAlgs: ['EdDSA', 'Ed25519'],
  parameters: { name: 'Ed25519' },
  publicMembers: ['kty', 'crv', 'x'],
  privateMembers: ['d'],
  weaknessOf: (jwk) =>
    sizeProblem(jwk, ['x', 'd']) ??
    publicationOf(EdDSA, jwk) ??
    weaknessOfPoint(decode(jwk.x)) ??
    guessable(jwk),
  generate: () => generatePair(EdDSA, { name: 'Ed25519' }),
};

const RS256: Algorithm = {
  name: 'RS256',
  symmetric: false,
  keyType: 'RSA',
  jwkAlgs: ['RS256'],
  parameters: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  publicMembers: ['kty', 'n', 'e'],
  privateMembers: ['d', 'p', 'q', 'dp', 'dq', 'qi'],
  weaknessOf: async (jwk) => {
    const modulus = fromBytes(decode(jwk.n));
    const bits = bitLength(modulus);
    if (bits < RSA_BITS_MIN || bits > RSA_BITS_MAX) {
      return `has ${bits} bits, and RS256 needs ${RSA_BITS_MIN} to ${RSA_BITS_MAX}`;
    }
    if (jwk.e !== RSA_EXPONENT) {
      return 'has an exponent other than 65537';
    }
    return publicationOf(RS256, jwk) ?? (await factorable(modulus));
  },
  generate: () =>
    generatePair(RS256, {
      name: 'RSASSA-PKCS1-v1_5',
      hash: 'SHA-256',
      modulusLength: RSA_BITS_MIN,
      publicExponent: Uint8Array.of(1, 0, 1),
    }),
};

/** `kty` alone tells which one a key is for. */
export const algorithms: Readonly<Record<TokenAlgorithm, Algorithm>> = {
  HS256,
  ES256,
  EdDSA,
  RS256,
};

async function generatePair(
  algorithm: Algorithm,
  parameters: webcrypto.EcKeyGenParams | webcrypto.RsaHashedKeyGenParams | webcrypto.Algorithm,
): Promise<JWK> {
  const pair = (await crypto.subtle.generateKey(parameters, true, [
    'sign',
    'verify',
  ])) as webcrypto.CryptoKeyPair;
  const jwk = pick(await crypto.subtle.exportKey('jwk', pair.privateKey), [
    ...algorithm.publicMembers,
    ...algorithm.privateMembers,
  ]);
  return { ...jwk, kid: await calculateJwkThumbprint(pick(jwk, algorithm.publicMembers)) };
}

export function pick(jwk: JWK | webcrypto.JsonWebKey, members: readonly (keyof JWK)[]): JWK {
  const all = jwk as Record<string, unknown>;
  return Object.fromEntries(members.map((name) => [name, all[name as string]])) as unknown as JWK;
}

function decode(text: string | undefined): Uint8Array {
  return Buffer.from(text ?? '', 'base64url');
}

/** Of both curves 32 bytes, leading zeros too (RFC 7518, section 6.2.1.2; RFC 8037, section 2). */
const CURVE_BYTES = 32;

function sizeProblem(jwk: JWK, members: readonly ('x' | 'y' | 'd')[]): string | undefined {
  const wrong = members.find(
    (name) => jwk[name] != null && decode(jwk[name]).length !== CURVE_BYTES,
  );
  return (
    wrong && `has a "${wrong}" of ${decode(jwk[wrong]).length} bytes instead of ${CURVE_BYTES}`
  );
}

function publicationOf(algorithm: Algorithm, jwk: JWK): string | undefined {
  const publication = publicationOfKey(pick(jwk, algorithm.publicMembers));
  return publication && `is public: its private part is printed in ${publication}`;
}

function guessable({ d }: JWK): string | undefined {
  return d != null && isPredictable(decode(d))
    ? 'has a private part that repeats or counts'
    : undefined;
}
