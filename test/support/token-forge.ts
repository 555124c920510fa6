import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  randomBytes,
  sign,
} from 'node:crypto';

/** What a test may change of a token. A claim or header set to undefined is left out. */
export interface Changes {
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
}

/**
 * Keys that a test gives to the service as TOKEN_KEYS, so that it can sign as the service does and vary
 * one thing at a time. Made anew in each run: no file holds them.
 */
const KEYS: Readonly<Record<string, JsonWebKey>> = Object.fromEntries(
  ['HS256', 'ES256', 'EdDSA', 'RS256'].map((alg) => [
    alg,
    { ...newKey(alg), alg, kid: `true-${alg.toLowerCase()}` },
  ]),
);

/** Value of TOKEN_KEYS: one key for each algorithm. */
export const TRUE_KEYS = JSON.stringify({ keys: Object.values(KEYS) });

export interface DecodedToken {
  readonly header: Record<string, unknown>;
  readonly claims: Record<string, unknown>;
}

export function decodeToken(token: string): DecodedToken {
  const [header, claims] = token
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()));
  return { header, claims };
}

/** The key the service signs with for this algorithm. */
export function trueKey(algorithm: string): JsonWebKey {
  const key = KEYS[algorithm];
  if (key === undefined) {
    throw new RangeError(`no key for ${algorithm}`);
  }
  return key;
}

/** A token that the service made, with parts replaced, signed with the service's own key again. */
export function resign(token: string, changes: Changes = {}): string {
  const { header, claims } = changed(token, changes);
  const algorithm = String(decodeToken(token).header.alg);
  return compact(header, claims, (input) => signature(algorithm, input, trueKey(algorithm)));
}

/** The same with another signature: of another key, another algorithm, or none. */
export function forge(
  token: string,
  changes: Changes,
  signer: (signingInput: string) => Buffer,
): string {
  const { header, claims } = changed(token, changes);
  return compact(header, claims, signer);
}

/** Base64url of anything that JSON can say; text is taken as it is. */
export function encodePart(part: unknown): string {
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
}

export function signature(algorithm: string, input: string | Buffer, key: JsonWebKey): Buffer {
  const bytes = Buffer.from(input);
  switch (algorithm) {
    case 'HS256':
    case 'HS384':
    case 'HS512':
      return hmac(algorithm, bytes, Buffer.from(String(key.k), 'base64url'));
    case 'ES256':
      return sign('sha256', bytes, {
        key: createPrivateKey({ key, format: 'jwk' }),
        dsaEncoding: 'ieee-p1363',
      });
    case 'EdDSA':
      return sign(null, bytes, createPrivateKey({ key, format: 'jwk' }));
    case 'RS256':
      return sign('sha256', bytes, createPrivateKey({ key, format: 'jwk' }));
    default:
      throw new RangeError(`no signature for ${algorithm}`);
  }
}

export function hmac(algorithm: string, input: string | Buffer, secret: Buffer): Buffer {
  return createHmac(`sha${algorithm.slice(2)}`, secret)
    .update(input)
    .digest();
}

const strangers = new Map<string, JsonWebKey>();

/** A key of the same kind that the service does not know. */
export function strangersKey(algorithm: string): JsonWebKey {
  const key = strangers.get(algorithm) ?? newKey(algorithm);
  strangers.set(algorithm, key);
  return key;
}

function newKey(algorithm: string): JsonWebKey {
  switch (algorithm) {
    case 'HS256':
      return { kty: 'oct', k: randomBytes(32).toString('base64url') };
    case 'ES256':
      return exportPrivate(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
    case 'EdDSA':
      return exportPrivate(generateKeyPairSync('ed25519').privateKey);
    default:
      return exportPrivate(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);
  }
}

/** The public half, without a name. */
export function publicPart(key: JsonWebKey): JsonWebKey {
  return createPublicKey({ key, format: 'jwk' }).export({ format: 'jwk' });
}

function exportPrivate(key: { export(options: { format: 'jwk' }): JsonWebKey }): JsonWebKey {
  return key.export({ format: 'jwk' });
}

function changed(token: string, { header, claims }: Changes): DecodedToken {
  const original = decodeToken(token);
  return {
    header: { ...original.header, ...header },
    claims: { ...original.claims, ...claims },
  };
}

function compact(header: unknown, claims: unknown, signer: (input: string) => Buffer): string {
  const input = `${encodePart(header)}.${encodePart(claims)}`;
  return `${input}.${signer(input).toString('base64url')}`;
}
