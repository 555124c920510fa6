import { createHash, randomBytes } from 'node:crypto';
import { type EntityManager, IsNull } from 'typeorm';
import { AppError } from '../server/errors.js';
import type { Database } from './database.js';
import { IdempotencyKey } from './idempotency-key.js';
import { orAccountGone } from './posts.js';

/** How long a key is kept, and with it the answer (the draft leaves it to the server). */
export const KEY_LIFE_SECONDS = 24 * 3600;

/** Longer than any request is at work. One that is slower still cannot complete: see `complete`. */
const CLAIM_MS = 10_000;

interface KeyedRequest {
  readonly userId: number;
  readonly key: string;
  /** SHA-256, in hex, of what was asked for. */
  readonly fingerprint: string;
}

/** The right to do the work of a key. */
export interface Claim {
  /**
   * Records the answer, in the transaction that does the work: both are there, or neither is.
   * @throws AppError `idempotency_key_in_use` when another request took over meanwhile
   */
  complete(transaction: EntityManager, answer: string): Promise<void>;
  /** The work failed, and nothing of it is there: the key may be used again at once. */
  release(): Promise<void>;
}

export interface IdempotencyKeys {
  /**
   * Who comes first does the work; later ones get its answer. It holds for all instances that share
   * the database.
   * @throws AppError `idempotency_key_reused` for another request, `idempotency_key_in_use` while the
   *   first is under way, `account_gone`
   */
  claim(request: KeyedRequest): Promise<Claim | { readonly answer: string }>;
}

/**
 * Keys of requests that may be sent again (draft-ietf-httpapi-idempotency-key-header). A claim is
 * committed before the work begins. So another request with the key is told at once that it is under
 * way, where one transaction around both would make it wait.
 *
 * @param now milliseconds since the epoch; injected so that tests can move time
 */
export function createIdempotencyKeys(database: Database, now = Date.now): IdempotencyKeys {
  function claimOf(owner: Pick<IdempotencyKey, 'userId' | 'keyHash' | 'claim'>): Claim {
    return {
      complete: async (transaction, answer) => {
        const { affected } = await transaction.update(
          IdempotencyKey,
          { ...owner, answer: IsNull() },
          { answer },
        );
        if (affected !== 1) {
          throw inUse();
        }
      },
      release: () =>
        database.run(async (manager) => {
          await manager.delete(IdempotencyKey, { ...owner, answer: IsNull() });
        }),
    };
  }

  return {
    claim: async ({ userId, key, fingerprint }) => {
      const keyHash = createHash('sha256').update(key).digest('hex');
      const mine = {
        userId,
        keyHash,
        fingerprint,
        claim: randomBytes(16).toString('hex'),
        claimedUntilMs: now() + CLAIM_MS,
        expiresAtMs: now() + KEY_LIFE_SECONDS * 1000,
        answer: null,
      };
      const known = await insertOrFind(database, mine);
      if (known === undefined) {
        return claimOf({ userId, keyHash, claim: mine.claim });
      }
      const expired = known.expiresAtMs <= now();
      if (!expired && known.fingerprint !== fingerprint) {
        throw new AppError('idempotency_key_reused', {
          detail: 'This Idempotency-Key came with another body before; take a new one.',
        });
      }
      if (!expired && known.answer !== null) {
        return { answer: known.answer };
      }
      if (!expired && known.claimedUntilMs > now()) {
        throw inUse();
      }
      // Of several who find it so, the database lets one have it.
      const { affected } = await database.run((manager) =>
        manager.update(IdempotencyKey, { userId, keyHash, claim: known.claim }, mine),
      );
      if (affected !== 1) {
        throw inUse();
      }
      return claimOf({ userId, keyHash, claim: mine.claim });
    },
  };
}

/** @returns the row that was there already; undefined when the new one is in */
async function insertOrFind(
  database: Database,
  row: IdempotencyKey,
): Promise<IdempotencyKey | undefined> {
  const { userId, keyHash } = row;
  return database.run(async (manager) => {
    const find = () => manager.findOneBy(IdempotencyKey, { userId, keyHash });
    const known = await find();
    if (known !== null) {
      return known;
    }
    try {
      await manager.insert(IdempotencyKey, row);
      return undefined;
    } catch (error) {
      // Somebody else was faster, or there is no such user.
      return (await find()) ?? orAccountGone(database, error);
    }
  });
}

function inUse(): AppError {
  return new AppError('idempotency_key_in_use', {
    detail: 'The first request with this Idempotency-Key is under way; ask again in a moment.',
    headers: { 'Retry-After': '1' },
  });
}
