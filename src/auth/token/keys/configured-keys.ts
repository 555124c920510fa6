import { StartupError } from '../../../server/errors.js';
import type { Algorithm } from './algorithms.js';
import { readOwnKeys } from './jwk-set.js';
import type { KeySet } from './key-set.js';
import { createKeyRing } from './refreshed-keys.js';

/**
 * Keys from TOKEN_KEYS, a JWK Set: the first of the algorithm signs, all of them verify. To rotate,
 * restart with another set (docs/keys.md).
 *
 * @throws StartupError `config_invalid` that names every key with a problem, and no key material
 */
export async function openConfiguredKeys(
  text: string,
  algorithm: Algorithm,
  readable = false,
): Promise<KeySet> {
  const { keys, problems } = await readOwnKeys(parseJson(text), algorithm, readable);
  if (problems.length > 0) {
    throw new StartupError(
      'config_invalid',
      problems.map((problem) => `TOKEN_KEYS: ${problem}`).join('; '),
    );
  }
  const ring = createKeyRing(
    keys.map((material, index) => ({
      material,
      signsFrom: index === 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY,
      endsAt: Number.POSITIVE_INFINITY,
    })),
  );
  const signing = ring.signing(0);
  const published = algorithm.symmetric ? undefined : { keys: ring.published(0) };
  return {
    signingKey: () => signing,
    verificationKey: (kid) => ring.verifying(kid, 0),
    publicKeys: () => published,
    close: () => {},
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
