import type { Logger } from 'pino';
import { StartupError } from '../../../server/errors.js';
import { isLoopback } from '../../../server/loopback.js';
import type { Algorithm } from './algorithms.js';
import { createForeignKeyReader } from './jwk-set.js';
import { openJwksSource } from './jwks-source.js';
import type { KeySet } from './key-set.js';
import { createKeyRing, type LoadedKeys, openRefreshedKeys } from './refreshed-keys.js';

export interface RemoteKeysOptions {
  readonly algorithm: Algorithm;
  readonly url: string;
  /** Shortest time between two regular fetches. */
  readonly refreshSeconds: number;
  /** Longest wait of a request for the address. */
  readonly patienceMs: number;
  readonly log: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** A set that claims to be good for a year would keep a withdrawn key alive for a year. */
const FRESH_SECONDS_MAX = 600;
/** stale-if-error (RFC 5861, section 4): how long the last good set serves while the address is away. */
const STALE_MS = 24 * 60 * 60 * 1000;

/**
 * Public keys from a JWKS address, for a process that verifies only.
 *
 * @throws StartupError `config_invalid` for a set that breaks the policy, `keys_unreachable`
 */
export async function openRemoteKeys(options: RemoteKeysOptions): Promise<KeySet> {
  const { algorithm, url, refreshSeconds, log } = options;
  if (algorithm.symmetric) {
    throw new StartupError(
      'config_invalid',
      `JWKS_URL: ${algorithm.name} has no public keys; give TOKEN_SECRET or TOKEN_KEYS`,
    );
  }
  const { protocol, hostname, host, pathname, username, password } = new URL(url);
  if (username !== '' || password !== '') {
    throw new StartupError('config_invalid', 'JWKS_URL: public keys need no user and no password');
  }
  if (protocol === 'http:' && !isLoopback(hostname)) {
    log.warn({ host }, 'JWKS_URL is plain http: whoever is on the way can put in a key');
  }

  // Without user, password and query, which may be secret.
  const source = `JWKS_URL (${host}${pathname})`;
  const readKeys = createForeignKeyReader(algorithm);
  const jwks = openJwksSource(url, log);

  async function load(): Promise<LoadedKeys> {
    const { value, freshSeconds = refreshSeconds } = await jwks.fetch();
    const { keys, problem, ignored } = await readKeys(value);
    if (problem !== undefined) {
      throw new StartupError('config_invalid', `JWKS_URL: ${problem}`);
    }
    if (ignored.length > 0) {
      log.warn({ source, keys: ignored }, 'keys of the set are not used');
    }
    const ring = createKeyRing(
      keys.map((material) => ({
        material,
        signsFrom: Number.POSITIVE_INFINITY,
        endsAt: Number.POSITIVE_INFINITY,
      })),
    );
    const bounded = Math.min(Math.max(freshSeconds, refreshSeconds), FRESH_SECONDS_MAX);
    return { ring, freshMs: bounded * 1000 };
  }

  try {
    const keys = await openRefreshedKeys({
      load,
      source,
      unavailableCode: 'authority_unavailable',
      // A copy of a copy would be older than its max-age says.
      publishes: false,
      patienceMs: options.patienceMs,
      staleMs: STALE_MS,
      log,
      now: options.now,
    });
    return {
      ...keys,
      close: () => {
        keys.close();
        jwks.close();
      },
    };
  } catch (error) {
    jwks.close();
    throw error;
  }
}
