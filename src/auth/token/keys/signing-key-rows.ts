import type { EntityManager } from 'typeorm';
import type { TokenAlgorithm } from './algorithms.js';

/** A row of the table signing_keys. */
export interface SigningKeyRow {
  readonly kid: string;
  readonly alg: TokenAlgorithm;
  /** Private JWK, sealed. */
  readonly sealedKey: Buffer;
  readonly signsFrom: Date;
  /** Null: no successor yet. */
  readonly endsAt: Date | null;
}

/** Rows whose end has not come, the oldest first. */
export function readSigningKeys(
  manager: EntityManager,
  alg: TokenAlgorithm | undefined,
  now: number,
): Promise<SigningKeyRow[]> {
  return manager.query(
    `SELECT kid, alg, sealed_key AS "sealedKey", signs_from AS "signsFrom", ends_at AS "endsAt"
       FROM signing_keys
      WHERE ($1::text IS NULL OR alg = $1) AND (ends_at IS NULL OR ends_at > $2)
      ORDER BY signs_from`,
    [alg ?? null, new Date(now)],
  );
}

/**
 * Until the transaction ends, nobody else makes keys: of instances that start at once, one does. The
 * number of the lock is the table's own, so it meets no other use of advisory locks.
 */
export async function lockSigningKeys(manager: EntityManager): Promise<void> {
  await manager.query("SELECT pg_advisory_xact_lock('signing_keys'::regclass::oid::bigint)");
}

export async function insertSigningKey(
  manager: EntityManager,
  row: Omit<SigningKeyRow, 'endsAt'>,
  now: number,
): Promise<void> {
  await manager.query(
    `INSERT INTO signing_keys (kid, alg, sealed_key, created_at, signs_from)
     VALUES ($1, $2, $3, $4, $5)`,
    [row.kid, row.alg, row.sealedKey, new Date(now), row.signsFrom],
  );
}

export interface SigningKeyEnd {
  readonly alg: TokenAlgorithm;
  readonly endsAt: Date;
  /** Whether keys that have a later end get this one too. */
  readonly shorten: boolean;
}

/** Gives an end to keys that have none: the others stopped signing before, their end is right. */
export async function endSigningKeys(
  manager: EntityManager,
  { alg, endsAt, shorten }: SigningKeyEnd,
): Promise<void> {
  await manager.query(
    `UPDATE signing_keys SET ends_at = $2
      WHERE alg = $1 AND (ends_at IS NULL OR ($3 AND ends_at > $2))`,
    [alg, endsAt, shorten],
  );
}

export async function deleteSigningKeysEndedBefore(
  manager: EntityManager,
  time: Date,
): Promise<void> {
  await manager.query('DELETE FROM signing_keys WHERE ends_at < $1', [time]);
}
