import type { Logger } from 'pino';
import type { Database } from '../../../data/database.js';
import type { Algorithm } from './algorithms.js';
import type { KeyMaterial } from './key-material.js';
import type { KeySet } from './key-set.js';
import { createKeyRing, type LoadedKeys, openRefreshedKeys } from './refreshed-keys.js';
import { createKeySealer, makeSealedKey, openSealedKey } from './sealed-key.js';
import {
  changeSigningKeys,
  insertSigningKey,
  readSigningKeys,
  type SigningKeyRow,
} from './signing-key-rows.js';

export interface DatabaseKeysOptions {
  readonly algorithm: Algorithm;
  readonly database: Database;
  readonly tokenSecret: Uint8Array;
  readonly refreshSeconds: number;
  /** Longest wait of a request for the database. */
  readonly patienceMs: number;
  readonly log: Logger;
  /** Whether the bytes of symmetric keys can be read again. Left out, they cannot. */
  readonly readable?: boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Keys from the table signing_keys, which all instances share: the first instance makes the first key,
 * rotate-keys.ts makes the others. The times in the rows decide which key is good for what.
 *
 * @throws StartupError `keys_unreadable`, `keys_unreachable`
 */
export function openDatabaseKeys(options: DatabaseKeysOptions): Promise<KeySet> {
  const { algorithm, database, now } = options;
  const sealer = createKeySealer(options.tokenSecret);
  let opened: ReadonlyMap<string, KeyMaterial> = new Map();

  const read = () => database.run((manager) => readSigningKeys(manager, algorithm.name, now()));

  async function makeFirst(): Promise<void> {
    // Made before the lock is taken: nobody waits for the search for primes.
    const key = await makeSealedKey(sealer, algorithm);
    await database.run((manager) =>
      changeSigningKeys(manager, async (transaction) => {
        const time = now();
        if (!hasLasting(await readSigningKeys(transaction, algorithm.name, time))) {
          await insertSigningKey(transaction, { ...key, signsFrom: new Date(time) }, time);
        }
      }),
    );
  }

  async function load(): Promise<LoadedKeys> {
    let rows = await read();
    if (!hasLasting(rows)) {
      await makeFirst();
      rows = await read();
    }
    const keys = await Promise.all(
      rows.map(async (row) => ({
        material: opened.get(row.kid) ?? (await openSealedKey(sealer, row, options.readable)),
        signsFrom: row.signsFrom.getTime(),
        endsAt: row.endsAt?.getTime() ?? Number.POSITIVE_INFINITY,
      })),
    );
    opened = new Map(keys.map(({ material }) => [material.kid, material]));
    return { ring: createKeyRing(keys), freshMs: options.refreshSeconds * 1000 };
  }

  return openRefreshedKeys({
    load,
    source: 'the table signing_keys',
    unavailableCode: 'database_unavailable',
    publishes: !algorithm.symmetric,
    patienceMs: options.patienceMs,
    // The ends of keys are known, so the age of the news does not matter.
    staleMs: Number.POSITIVE_INFINITY,
    log: options.log,
    now,
  });
}

/** A table whose keys all have an end would leave tokens behind that nobody can verify. */
function hasLasting(rows: readonly SigningKeyRow[]): boolean {
  return rows.some(({ endsAt }) => endsAt === null);
}
