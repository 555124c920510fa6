import type { webcrypto } from 'node:crypto';
import type { JWTPayload } from 'jose';
import type { TokenAlgorithm } from '../../config/settings.js';
import { invalidToken } from './bearer.js';
import type { KeySet, SigningKey } from './keys/key-set.js';

/** What every access token must be. All that an attacker may choose of it is pinned here. */
export interface TokenRules {
  readonly algorithm: TokenAlgorithm;
  /** `typ` of the header. */
  readonly type: string;
  readonly issuer: string;
  /** One of them. */
  readonly audiences: readonly string[];
  /** Claims that must be there, whatever they say. */
  readonly required: readonly string[];
}

/** A token whose signature, header and registered claims are good. */
export interface VerifiedToken {
  readonly payload: JWTPayload;
  /** `kid` is the name of the key that signed it. */
  readonly protectedHeader: { readonly kid?: string };
}

/** Makes and checks compact JWS by the rules: the part of a strategy that a library does. */
export interface TokenCodec {
  /** Whether each check ends on its own, later: then the answers of a turn are gathered again. */
  readonly inThreads: boolean;
  sign(claims: JWTPayload, key: SigningKey): string | Promise<string>;
  /** @throws what `refusalOf` knows; AppError `credential_invalid`, or 503 when the keys could not be asked for */
  verify(token: string): VerifiedToken | Promise<VerifiedToken>;
  /** What an error of the library says of the token. Undefined: it says nothing of it. */
  refusalOf(error: unknown): Refusal | undefined;
}

/** A library, ready to be used with any rules and keys. */
export interface TokenLibrary {
  /** Whether it must have the bytes of keys: most libraries know nothing of Web Crypto. */
  readonly readsKeys: boolean;
  open(rules: TokenRules, keys: KeySet): TokenCodec;
}

export type Refusal = 'expired' | 'invalid';

/** What clients are told. What a library says of a token may name what was expected. */
export const REFUSALS: Readonly<Record<Refusal, string>> = {
  expired: 'The token has expired; refresh it or log in again.',
  invalid: 'The token was not accepted; log in again.',
};

/** More than there are keys at a time. */
export const HEADERS_KEPT = 16;

/** @throws AppError `credential_invalid`; 503 when the keys could not be asked for */
export async function keyNamed(kid: unknown, keys: KeySet): Promise<webcrypto.CryptoKey> {
  const key = typeof kid === 'string' ? await keys.verificationKey(kid) : undefined;
  if (key === undefined) {
    throw invalidToken('It is signed with a key that is not known here; log in again.');
  }
  return key;
}
