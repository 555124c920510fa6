import type { JWK } from 'jose';
import { type Algorithm, algorithms } from './algorithms.js';
import { hasPrivatePart } from './key-material.js';

/** What a key is wanted for. */
export type KeyRole = 'sign' | 'verify';

/** The algorithm a key is for, by `alg`, or by `kty` where it has none; undefined: one unknown here. */
export function algorithmOf(jwk: JWK): Algorithm | undefined {
  return Object.values(algorithms).find(({ jwkAlgs, keyType }) =>
    jwk.alg === undefined ? keyType === jwk.kty : jwkAlgs.includes(jwk.alg),
  );
}

/** A key whose `alg` is for another type of key: the way to have a public key taken for a secret. */
export function contradictionOf(jwk: JWK): string | undefined {
  const algorithm = algorithmOf(jwk);
  return algorithm === undefined || jwk.kty === algorithm.keyType
    ? undefined
    : `has alg ${jwk.alg}, which contradicts its kty ${jwk.kty}`;
}

/**
 * Why a key must not be used, in words that follow the name of the key; undefined: it may. Every key is
 * judged here before it signs or verifies: one's own, one from elsewhere, and one out of the database.
 */
export async function problemOfKey(
  jwk: JWK,
  algorithm: Algorithm,
  role: KeyRole,
): Promise<string | undefined> {
  return problemOfForm(jwk, algorithm, role) ?? (await algorithm.weaknessOf(jwk));
}

function problemOfForm(jwk: JWK, algorithm: Algorithm, role: KeyRole): string | undefined {
  const contradiction = contradictionOf(jwk);
  if (contradiction !== undefined) {
    return contradiction;
  }
  if (jwk.use !== undefined && jwk.use !== 'sig') {
    return `has use "${jwk.use}", and a key of tokens needs "sig"`;
  }
  const missing = missingOperation(jwk, algorithm, role);
  if (missing !== undefined) {
    return `has key_ops without "${missing}"`;
  }
  if (jwk.crv !== algorithm.curve) {
    return `is on the curve ${jwk.crv}, and ${algorithm.name} needs ${algorithm.curve} here`;
  }
  const required = algorithm.symmetric ? algorithm.privateMembers : algorithm.publicMembers;
  const unreadable =
    required.find((name) => !TEXTS.has(name) && !isBase64Url(jwk[name])) ??
    algorithm.privateMembers.find((name) => jwk[name] != null && !isBase64Url(jwk[name]));
  if (unreadable !== undefined) {
    return `has no "${String(unreadable)}" in base64url`;
  }
  if (role === 'sign' && !hasPrivatePart(jwk)) {
    return 'is a public key, and the first one must be private: it signs';
  }
  return undefined;
}

/** RFC 7517, section 4.3. The private half of a pair may say "sign" alone: its public half verifies. */
function missingOperation(jwk: JWK, algorithm: Algorithm, role: KeyRole): string | undefined {
  const operations = jwk.key_ops;
  if (operations === undefined) {
    return undefined;
  }
  if (role === 'sign' && !operations.includes('sign')) {
    return 'sign';
  }
  const isPair = !algorithm.symmetric && hasPrivatePart(jwk);
  const verifies = operations.includes('verify') || (isPair && operations.includes('sign'));
  return verifies ? undefined : 'verify';
}

const TEXTS: ReadonlySet<keyof JWK> = new Set(['kty', 'crv']);

/** Without padding, and in the one spelling whose last bits are zero (RFC 7515, section 2). */
function isBase64Url(value: unknown): boolean {
  return (
    typeof value === 'string' &&
    value !== '' &&
    Buffer.from(value, 'base64url').toString('base64url') === value
  );
}
