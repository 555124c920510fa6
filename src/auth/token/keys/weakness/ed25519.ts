import { fromBytes, modulo, powerModulo } from './integers.js';

/** RFC 8032, section 5.1. */
const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const D = modulo(-121665n * powerModulo(121666n, P - 2n, P), P);
const ROOT_OF_MINUS_ONE = powerModulo(2n, (P - 1n) / 4n, P);

/** Extended homogeneous coordinates: x = X / Z, y = Y / Z, x y = T / Z. */
type Point = readonly [X: bigint, Y: bigint, Z: bigint, T: bigint];

/**
 * Why a public key must not be used, in words that follow its name; undefined: it may. For a point of
 * small order anybody finds signatures that fit many messages, and libraries differ in which of them
 * and of the points that have no canonical spelling they take (Chalkias, Garillot, Nikolaenko: Taming
 * the many EdDSAs, 2020).
 */
export function weaknessOfPoint(encoded: Uint8Array): string | undefined {
  const point = decode(encoded);
  if (point === undefined) {
    return 'has an x that is no point of Ed25519';
  }
  if (isNeutral(multiply(8n, point))) {
    return 'has an x of small order: anybody can sign for it';
  }
  return isNeutral(multiply(L, point)) ? undefined : 'has an x outside the group of its curve';
}

/** RFC 8032, section 5.1.3, which leaves each point one spelling. */
function decode(encoded: Uint8Array): Point | undefined {
  if (encoded.length !== 32) {
    return undefined;
  }
  const number = fromBytes(encoded.toReversed());
  const sign = number >> 255n;
  const y = number & (2n ** 255n - 1n);
  if (y >= P) {
    return undefined;
  }
  const u = modulo(y * y - 1n, P);
  const v = modulo(D * y * y + 1n, P);
  let x = modulo(u * v ** 3n * powerModulo(u * v ** 7n, (P - 5n) / 8n, P), P);
  const square = modulo(v * x * x, P);
  if (square !== u) {
    if (square !== modulo(-u, P)) {
      return undefined;
    }
    x = modulo(x * ROOT_OF_MINUS_ONE, P);
  }
  if (x === 0n && sign === 1n) {
    return undefined;
  }
  if ((x & 1n) !== sign) {
    x = P - x;
  }
  return [x, y, 1n, modulo(x * y, P)];
}

/** RFC 8032, section 5.1.4. */
function add([x1, y1, z1, t1]: Point, [x2, y2, z2, t2]: Point): Point {
  const a = (y1 - x1) * (y2 - x2);
  const b = (y1 + x1) * (y2 + x2);
  const c = ((2n * t1 * t2) % P) * D;
  const d = 2n * z1 * z2;
  const [e, f, g, h] = [modulo(b - a, P), modulo(d - c, P), modulo(d + c, P), modulo(b + a, P)];
  return [(e * f) % P, (g * h) % P, (f * g) % P, (e * h) % P];
}

function multiply(factor: bigint, point: Point): Point {
  let result: Point = [0n, 1n, 1n, 0n];
  let double = point;
  for (let rest = factor; rest > 0n; rest >>= 1n) {
    if (rest & 1n) {
      result = add(result, double);
    }
    double = add(double, double);
  }
  return result;
}

function isNeutral([x, y, z]: Point): boolean {
  return x === 0n && y === z;
}
