import type { webcrypto } from 'node:crypto';
import type { JWK } from 'jose';
import type { Logger } from 'pino';
import type { InstanceSettings, TokenAlgorithm } from '../../../config/settings.js';
import type { Database } from '../../../data/database.js';
import { StartupError } from '../../../server/errors.js';
import { algorithms } from './algorithms.js';
import { openConfiguredKeys } from './configured-keys.js';
import { openDatabaseKeys } from './database-keys.js';
import { openRemoteKeys } from './remote-keys.js';

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

export type KeySettings = Pick<
  InstanceSettings,
  'strategyName' | 'tokenKeys' | 'tokenSecret' | 'jwksUrl' | 'keyRefreshSeconds' | 'storeTimeoutMs'
>;

export interface KeySetOptions {
  readonly algorithm: TokenAlgorithm;
  readonly settings: KeySettings;
  /** Present where TOKEN_SECRET is. */
  readonly database: Database | undefined;
  readonly log: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Opens the one source of keys that the settings name: TOKEN_KEYS, else TOKEN_SECRET with the
 * database, else JWKS_URL.
 *
 * @throws StartupError `config_invalid`, `keys_unreadable`, `keys_unreachable`
 */
export async function openKeySet(options: KeySetOptions): Promise<KeySet> {
  const { settings, database, log, now } = options;
  const { tokenKeys, tokenSecret, jwksUrl } = settings;
  const algorithm = algorithms[options.algorithm];
  const common = {
    algorithm,
    refreshSeconds: settings.keyRefreshSeconds,
    patienceMs: settings.storeTimeoutMs,
    log,
    now,
  };
  if (jwksUrl !== undefined && (tokenKeys ?? tokenSecret) !== undefined) {
    throw new StartupError(
      'config_invalid',
      'JWKS_URL is for an instance without keys of its own: remove it, or TOKEN_KEYS and TOKEN_SECRET',
    );
  }
  if (tokenKeys !== undefined) {
    return openConfiguredKeys(tokenKeys, algorithm);
  }
  if (tokenSecret !== undefined && database !== undefined) {
    return openDatabaseKeys({ ...common, database, tokenSecret });
  }
  if (jwksUrl !== undefined) {
    return openRemoteKeys({ ...common, url: jwksUrl });
  }
  throw new StartupError(
    'config_invalid',
    `TOKEN_SECRET, TOKEN_KEYS or JWKS_URL is required by ${settings.strategyName}`,
  );
}
