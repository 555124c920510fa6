import type { webcrypto } from 'node:crypto';
import type { JWK } from 'jose';
import type { TokenAlgorithm } from '../../../config/settings.js';

export interface SigningKey {
  readonly kid: string;
  readonly alg: TokenAlgorithm;
  readonly key: webcrypto.CryptoKey;
}

/** The keys of tokens, wherever they come from. Which key is good changes with time. */
export interface KeySet {
  /** The key that new tokens are signed with now; undefined where the process has public keys only. */
  signingKey(): SigningKey | undefined;

  /**
   * The key for a token's `kid`: at once if it is known, otherwise a promise that may ask the source
   * again. Whatever is asked, the source is asked once in a few seconds at most, so a flood of
   * unknown kids costs nothing.
   *
   * @returns undefined: there is no such key. The promise rejects with AppError
   *   `database_unavailable` or `authority_unavailable` (503) when the source could not be asked: the key may exist.
   */
  verificationKey(
    kid: string,
  ): webcrypto.CryptoKey | Promise<webcrypto.CryptoKey | undefined> | undefined;

  /** JWK Set to publish; undefined for symmetric algorithms and where the keys are another's. */
  publicKeys(): { readonly keys: readonly JWK[] } | undefined;

  /** Stops the timer. */
  close(): void;
}
