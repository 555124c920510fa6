import { checkPrime } from 'node:crypto';
import { promisify } from 'node:util';
import {
  bitLength,
  greatestCommonDivisor,
  integerRoot,
  isSquare,
  primesBelow,
} from './integers.js';

const isPrime = promisify(checkPrime);

/** Up to here trial division costs a millisecond, and the remainders serve other tests. */
const SMALL_PRIMES = primesBelow(2 ** 13);
/** The greatest common divisor with the product of all primes up to here costs another one. */
const FACTOR_MAX = 2 ** 17;
/** Those that the fingerprint of Nemec et al. looks at: 3 to 167. */
const FINGERPRINT_PRIMES = SMALL_PRIMES.filter((prime) => prime > 2 && prime <= 167);
const FERMAT_STEPS = 100;
/** Two factors near the ratio of small numbers, whose product is at most this. */
const RATIO_MAX = 16;
const RATIO_STEPS = 10;

/**
 * Why anybody can find the factors of a modulus in seconds, in words that follow the name of the key;
 * undefined when none of the known shortcuts leads there. 2048 bits take about ten milliseconds, of
 * which the test for primes runs in a thread of its own.
 */
export async function factorable(n: bigint): Promise<string | undefined> {
  const residues = new Map(SMALL_PRIMES.map((prime) => [prime, Number(n % BigInt(prime))]));
  if (greatestCommonDivisor(productOfPrimes() % n, n) !== 1n) {
    const divisor = SMALL_PRIMES.find((prime) => residues.get(prime) === 0);
    return `has a modulus that ${divisor ?? 'a small prime'} divides`;
  }
  if (hasFingerprint(residues)) {
    return 'has a modulus of a faulty generator (ROCA, CVE-2017-15361)';
  }
  const degree = degreeOfPower(n, residues);
  if (degree !== undefined) {
    return degree === 2
      ? 'has a modulus that is a square'
      : `has a modulus that is a power of ${degree}`;
  }
  if (hasCloseFactors(n)) {
    return 'has a modulus whose factors are too close to each other';
  }
  return (await isPrime(n)) ? 'has a modulus that is a prime' : undefined;
}

let product: bigint | undefined;

/** Twenty milliseconds, once, where RSA keys are used. */
function productOfPrimes(): bigint {
  product ??= productOf(primesBelow(FACTOR_MAX).map(BigInt));
  return product;
}

/** In halves: multiplying numbers of one size is what fast multiplication is fast at. */
function productOf(factors: readonly bigint[]): bigint {
  const [first = 1n, ...others] = factors.length > 1 ? halvesOf(factors).map(productOf) : factors;
  return others.reduce((all, each) => all * each, first);
}

function halvesOf(factors: readonly bigint[]): readonly bigint[][] {
  const middle = factors.length >> 1;
  return [factors.slice(0, middle), factors.slice(middle)];
}

/**
 * Nemec, Sys, Svenda, Klinec, Matyas: The Return of Coppersmith's Attack (CCS 2017): the
 * faulty generator makes primes that are powers of 65537 modulo many small primes, and so is their
 * product. Of other moduli one in 150 million is.
 */
function hasFingerprint(residues: ReadonlyMap<number, number>): boolean {
  return FINGERPRINT_PRIMES.every((prime) =>
    powersOf65537(prime).has(residues.get(prime) as number),
  );
}

function powersOf65537(prime: number): ReadonlySet<number> {
  const powers = new Set<number>();
  for (let power = 1; !powers.has(power); power = (power * 65_537) % prime) {
    powers.add(power);
  }
  return powers;
}

/** The smallest prime k for which n is the k-th power of an integer. */
function degreeOfPower(n: bigint, residues: ReadonlyMap<number, number>): number | undefined {
  // No factor is below 2^17.
  const degreeMax = bitLength(n) / Math.log2(FACTOR_MAX);
  return SMALL_PRIMES.filter((degree) => degree <= degreeMax).find(
    (degree) => mayBePower(degree, residues) && integerRoot(n, degree) ** BigInt(degree) === n,
  );
}

/** Fermat's little theorem: modulo q = 1 + m k, a k-th power to the power of m is 1. */
function mayBePower(degree: number, residues: ReadonlyMap<number, number>): boolean {
  return SMALL_PRIMES.filter((prime) => prime % degree === 1)
    .slice(0, 16)
    .every((prime) => {
      let power = 1;
      for (let times = (prime - 1) / degree; times > 0; times--) {
        power = (power * (residues.get(prime) as number)) % prime;
      }
      return power === 1;
    });
}

/**
 * Fermat's method: n = a² - b² for an a just above the root. With u v n in place of n it finds factors
 * whose ratio is near u / v as well (Lehman 1974).
 */
function hasCloseFactors(n: bigint): boolean {
  for (let ratio = 1; ratio <= RATIO_MAX; ratio++) {
    const multiple = 4n * BigInt(ratio) * n;
    let a = integerRoot(multiple, 2) + 1n;
    for (let steps = ratio === 1 ? FERMAT_STEPS : RATIO_STEPS; steps > 0; steps--) {
      if (isSquare(a * a - multiple)) {
        return true;
      }
      a += 1n;
    }
  }
  return false;
}
