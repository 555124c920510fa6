/** Number theory on integers of the size of keys. Nothing here is secret, so times may differ. */

export function fromBytes(bytes: Uint8Array): bigint {
  return BigInt(`0x0${Buffer.from(bytes).toString('hex')}`);
}

export function modulo(value: bigint, modulus: bigint): bigint {
  const rest = value % modulus;
  return rest < 0n ? rest + modulus : rest;
}

export function powerModulo(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = modulo(base, modulus);
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) {
      result = (result * square) % modulus;
    }
    square = (square * square) % modulus;
  }
  return result;
}

export function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [larger, smaller] = [a, b];
  while (smaller !== 0n) {
    [larger, smaller] = [smaller, larger % smaller];
  }
  return larger;
}

export function bitLength(value: bigint): number {
  const hex = value.toString(16);
  return value === 0n ? 0 : hex.length * 4 - Math.clz32(Number.parseInt(hex.charAt(0), 16)) + 28;
}

/** The largest integer whose power is not above the value, by Newton's method from above. */
export function integerRoot(value: bigint, degree: number): bigint {
  const k = BigInt(degree);
  let root = 1n << BigInt(Math.ceil(bitLength(value) / degree));
  for (;;) {
    const next = ((k - 1n) * root + value / root ** (k - 1n)) / k;
    if (next >= root) {
      return root;
    }
    root = next;
  }
}

export function isSquare(value: bigint): boolean {
  // Eleven of twelve that are none end here, before the costly root.
  if (!SQUARES_MODULO_64.has(Number(value & 63n))) {
    return false;
  }
  const root = integerRoot(value, 2);
  return root * root === value;
}

const SQUARES_MODULO_64: ReadonlySet<number> = new Set(
  Array.from({ length: 64 }, (_, root) => (root * root) % 64),
);

/** Primes below a limit, by the sieve of Eratosthenes. */
export function primesBelow(limit: number): number[] {
  const composite = new Uint8Array(limit);
  const primes: number[] = [];
  for (let candidate = 2; candidate < limit; candidate++) {
    if (composite[candidate] === 0) {
      primes.push(candidate);
      for (let multiple = candidate * candidate; multiple < limit; multiple += candidate) {
        composite[multiple] = 1;
      }
    }
  }
  return primes;
}
