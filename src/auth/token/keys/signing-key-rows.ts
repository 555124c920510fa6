import type { EntityManager } from 'typeorm';
import type { TokenAlgorithm } from '../../../config/settings.js';
import { dialectOf } from '../../../data/dialects/registry.js';
import { handWritten, prepare, rowsOf } from '../../../data/statement.js';

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

/** Seldom used, so the SQL is prepared for each call. */
function query(
  manager: EntityManager,
  sql: string,
  parameters: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  return prepare(handWritten(manager.dataSource, sql))(manager, parameters);
}

/** Rows whose end has not come, the oldest first; of one moment, those that end soonest. */
export async function readSigningKeys(
  manager: EntityManager,
  alg: TokenAlgorithm | undefined,
  now: number,
): Promise<SigningKeyRow[]> {
  const answer = await query(
    manager,
    `SELECT kid, alg, sealed_key AS "sealedKey", signs_from AS "signsFrom", ends_at AS "endsAt"
       FROM signing_keys
      WHERE (ends_at IS NULL OR ends_at > :now) ${alg === undefined ? '' : 'AND alg = :alg'}
      ORDER BY signs_from, ends_at IS NULL, ends_at`,
    { alg, now: new Date(now) },
  );
  return rowsOf(answer);
}

/** A transaction in which nobody else makes keys: of instances that start at once, one does. */
export function changeSigningKeys<T>(
  manager: EntityManager,
  work: (transaction: EntityManager) => Promise<T>,
): Promise<T> {
  return dialectOf(manager.dataSource).alone(manager, 'signing_keys', work);
}

export async function insertSigningKey(
  manager: EntityManager,
  row: Omit<SigningKeyRow, 'endsAt'>,
  now: number,
): Promise<void> {
  await query(
    manager,
    `INSERT INTO signing_keys (kid, alg, sealed_key, created_at, signs_from)
     VALUES (:kid, :alg, :sealedKey, :now, :signsFrom)`,
    { ...row, now: new Date(now) },
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
  await query(
    manager,
    `UPDATE signing_keys SET ends_at = :endsAt
      WHERE alg = :alg AND (ends_at IS NULL OR (:shorten AND ends_at > :endsAt))`,
    { alg, endsAt, shorten },
  );
}

export async function deleteSigningKeysEndedBefore(
  manager: EntityManager,
  time: Date,
): Promise<void> {
  await query(manager, 'DELETE FROM signing_keys WHERE ends_at < :time', { time });
}
