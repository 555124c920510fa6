import type { Logger } from 'pino';
import type { InstanceSettings, TokenAlgorithm } from '../../../config/settings.js';
import type { Database } from '../../../data/database.js';
import { StartupError } from '../../../server/errors.js';
import { algorithms } from './algorithms.js';
import { openConfiguredKeys } from './configured-keys.js';
import { openDatabaseKeys } from './database-keys.js';
import type { KeySet } from './key-set.js';
import { openRemoteKeys } from './remote-keys.js';

type KeySettings = Pick<
  InstanceSettings,
  'strategyName' | 'tokenKeys' | 'tokenSecret' | 'jwksUrl' | 'keyRefreshSeconds' | 'storeTimeoutMs'
>;

export interface KeySetOptions {
  readonly algorithm: TokenAlgorithm;
  readonly settings: KeySettings;
  /** Present where TOKEN_SECRET is. */
  readonly database: Database | undefined;
  readonly log: Logger;
  /** Whether the bytes of symmetric keys can be read again. Left out, they cannot. */
  readonly readable?: boolean;
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
  const { settings, database, log, now, readable = false } = options;
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
    return openConfiguredKeys(tokenKeys, algorithm, readable);
  }
  if (tokenSecret !== undefined && database !== undefined) {
    return openDatabaseKeys({ ...common, database, tokenSecret, readable });
  }
  if (jwksUrl !== undefined) {
    return openRemoteKeys({ ...common, url: jwksUrl });
  }
  throw new StartupError(
    'config_invalid',
    `TOKEN_SECRET, TOKEN_KEYS or JWKS_URL is required by ${settings.strategyName}`,
  );
}
