import type { JWK } from 'jose';
import { StartupError } from '../../../server/errors.js';
import { createSealer, type Sealer, versioned } from '../../credentials/seal.js';
import { type Algorithm, algorithms } from './algorithms.js';
import { importKey, type KeyMaterial } from './key-material.js';
import { problemOfKey } from './key-policy.js';
import type { SigningKeyRow } from './signing-key-rows.js';

/** Own purpose, so own key: nothing else that TOKEN_SECRET seals passes for a signing key. */
export function createKeySealer(tokenSecret: Uint8Array): Sealer {
  return createSealer({
    secret: tokenSecret,
    purpose: 'session-token-lab signing key v1',
    layout: versioned,
  });
}

/** A new key, ready to be stored. Takes up to a second for RSA. */
export async function makeSealedKey(
  sealer: Sealer,
  algorithm: Algorithm,
): Promise<Pick<SigningKeyRow, 'kid' | 'alg' | 'sealedKey'>> {
  const jwk = await algorithm.generate();
  const kid = jwk.kid as string;
  const alg = algorithm.name;
  return { kid, alg, sealedKey: sealer.seal(Buffer.from(JSON.stringify(jwk)), [kid, alg]) };
}

/** @throws StartupError `keys_unreadable` when the secret is not the one it was sealed under, or the key is weak */
export async function openSealedKey(
  sealer: Sealer,
  { kid, alg, sealedKey }: SigningKeyRow,
  readable = false,
): Promise<KeyMaterial> {
  let plain: Buffer;
  try {
    plain = sealer.open(sealedKey, [kid, alg]);
  } catch (error) {
    throw new StartupError(
      'keys_unreadable',
      `TOKEN_SECRET does not open key "${kid}" of the table signing_keys: ` +
        'all instances need the secret it was made with',
      { cause: error },
    );
  }
  const jwk = JSON.parse(plain.toString()) as JWK;
  const problem = await problemOfKey(jwk, algorithms[alg], 'sign');
  if (problem !== undefined) {
    throw new StartupError(
      'keys_unreadable',
      `key "${kid}" of the table signing_keys ${problem}: delete its row, and an instance makes a new one`,
    );
  }
  return importKey(jwk, algorithms[alg], readable);
}
