import type { JWK } from 'jose';
import { fromBytes, greatestCommonDivisor } from './integers.js';

/**
 * Places of RSA keys whose moduli have a factor in common with another one of the list that is not the
 * same modulus: whoever has both finds it at once (Heninger, Durumeric, Wustrow, Halderman: Mining Your Ps
 * and Qs, 2012).
 */
export function sharedFactors(keys: readonly JWK[]): number[] {
  const moduli = keys.map(({ n }) =>
    n === undefined ? 1n : fromBytes(Buffer.from(n, 'base64url')),
  );
  return [...moduli.keys()].filter((index) => {
    const own = moduli[index] as bigint;
    return moduli.some((other) => other !== own && greatestCommonDivisor(own, other) !== 1n);
  });
}
