import { createECDH } from 'node:crypto';
import { fromBytes } from './integers.js';

/** Of P-256: SEC 2, version 2, section 2.4.2. */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
/** Private keys from here on are not found by counting. */
const COUNTABLE = 2n ** 64n;
/** Public keys of the first ones are known by sight. */
const KNOWN_BY_SIGHT = 256;

/**
 * Why anybody can find the private key to this public one, in words that follow the name of the key;
 * undefined when counting does not. A key and the one opposite of it (n - d) have one x.
 */
export function weaknessOfCoordinate(x: Uint8Array): string | undefined {
  return smallMultiples().has(Buffer.from(x).toString('hex')) ? COUNTED : undefined;
}

/** The same for a private key. */
export function weaknessOfScalar(d: Uint8Array): string | undefined {
  const scalar = fromBytes(d);
  return scalar < COUNTABLE || ORDER - scalar < COUNTABLE ? COUNTED : undefined;
}

const COUNTED = 'has a private part that is found by counting';

let multiples: ReadonlySet<string> | undefined;

/** The x of G, 2 G, 3 G and so on: twenty milliseconds, once, where such keys are used. */
function smallMultiples(): ReadonlySet<string> {
  multiples ??= new Set(
    Array.from({ length: KNOWN_BY_SIGHT }, (_, index) => {
      const scalar = Buffer.alloc(32);
      scalar.writeUInt32BE(index + 1, 28);
      const pair = createECDH('prime256v1');
      pair.setPrivateKey(scalar);
      // After the byte that says that the point is not compressed.
      return pair.getPublicKey().subarray(1, 33).toString('hex');
    }),
  );
  return multiples;
}
