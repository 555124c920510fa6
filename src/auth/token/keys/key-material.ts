import type { webcrypto } from 'node:crypto';
import type { JWK } from 'jose';
import { type Algorithm, algorithms, pick } from './algorithms.js';

/** One key, imported once: jose would import raw material again for every token. */
export interface KeyMaterial {
  readonly kid: string;
  readonly algorithm: Algorithm;
  /** Undefined where only the public part is here. */
  readonly signing: webcrypto.CryptoKey | undefined;
  readonly verifying: webcrypto.CryptoKey;
  /** Undefined for symmetric algorithms. */
  readonly publicJwk: JWK | undefined;
}

/**
 * Imports a key that has passed the policy. Nothing of it can be exported again, but for a symmetric key
 * whose library wants its bytes.
 *
 * @param readable whether the bytes of a symmetric key can be read again
 * @throws Error when Web Crypto cannot read it or its two parts do not belong together
 */
export async function importKey(
  jwk: JWK,
  algorithm: Algorithm,
  readable = false,
): Promise<KeyMaterial> {
  const kid = jwk.kid as string;
  if (algorithm.symmetric) {
    const key = await importMembers(jwk, algorithm, ['kty', 'k'], ['sign', 'verify'], readable);
    return { kid, algorithm, signing: key, verifying: key, publicJwk: undefined };
  }
  const { publicMembers, privateMembers } = algorithm;
  const verifying = await importMembers(jwk, algorithm, publicMembers, ['verify']);
  const publicJwk = { ...pick(jwk, publicMembers), kid, alg: algorithm.name, use: 'sig' };
  if (!hasPrivatePart(jwk)) {
    return { kid, algorithm, signing: undefined, verifying, publicJwk };
  }
  const members = [...publicMembers, ...privateMembers];
  const signing = await importMembers(jwk, algorithm, members, ['sign']);
  await assertPair(algorithm, signing, verifying);
  return { kid, algorithm, signing, verifying, publicJwk };
}

/**
 * Members that no public key has (RFC 7518, sections 6.2.2, 6.3.2 and 6.4; RFC 8037, section 2), `oth` and
 * `priv` for types of keys that are not used here (RFC 7518, section 6.3.2.7; draft-ietf-cose-dilithium).
 */
const PRIVATE_MEMBERS: readonly string[] = [
  ...new Set(Object.values(algorithms).flatMap(({ privateMembers }) => privateMembers as string[])),
  'oth',
  'priv',
];

/** Null, which some libraries write for a member that is not there, gives nothing away. */
export function hasPrivatePart(jwk: object): boolean {
  return PRIVATE_MEMBERS.some((name) => (jwk as Record<string, unknown>)[name] != null);
}

/** `alg`, `use` and `key_ops` stay out: the policy has judged them, and Node versions differ there. */
function importMembers(
  jwk: JWK,
  { parameters }: Algorithm,
  members: readonly (keyof JWK)[],
  usages: webcrypto.KeyUsage[],
  extractable = false,
): Promise<webcrypto.CryptoKey> {
  const plain = pick(jwk, members) as webcrypto.JsonWebKey;
  return crypto.subtle.importKey('jwk', plain, parameters, extractable, usages);
}

/** Web Crypto takes an RSA key whose parts come from two keys; its tokens would verify nowhere. */
async function assertPair(
  { parameters }: Algorithm,
  signing: webcrypto.CryptoKey,
  verifying: webcrypto.CryptoKey,
): Promise<void> {
  const use = { ...parameters, hash: 'SHA-256' };
  const probe = Buffer.from('probe');
  const signature = await crypto.subtle.sign(use, signing, probe);
  if (!(await crypto.subtle.verify(use, verifying, signature, probe))) {
    throw new Error('the private and the public part do not belong together');
  }
}
