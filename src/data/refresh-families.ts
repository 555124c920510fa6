import type { Database } from './database.js';

/** A login that gave tokens: the family of its refresh tokens, of which one at a time is good. */
export interface RefreshFamily {
  readonly id: string;
  readonly userId: number;
  readonly email: string;
  readonly name: string;
  readonly client: string;
  readonly createdAt: Date;
  readonly rotatedAt: Date;
  readonly expiresAt: Date;
}

export interface SpentToken extends RefreshFamily {
  /** SHA-256 of the token that was exchanged last. */
  readonly spentHash: Buffer | null;
  /** The token it was exchanged for, readable with the spent one only. */
  readonly sealedSuccessor: Buffer | null;
  readonly disabled: boolean;
}

export interface NewFamily {
  readonly handleHash: Buffer;
  readonly id: string;
  readonly userId: number;
  readonly client: string;
  readonly tokenHash: Buffer;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

export interface Rotation {
  readonly handleHash: Buffer;
  readonly presentedHash: Buffer;
  readonly nextHash: Buffer;
  readonly sealedSuccessor: Buffer;
  readonly now: Date;
}

const COLUMNS = `family.id, family.user_id AS "userId", users.email, users.name, family.client,
  family.created_at AS "createdAt", family.rotated_at AS "rotatedAt", family.expires_at AS "expiresAt"`;

/** The table of refresh token families. Each change is one statement, so it is atomic by itself. */
export interface RefreshFamilies {
  insert(family: NewFamily): Promise<void>;
  /** IDs of what is expired, and of the oldest beyond `max`, of one user. */
  surplus(userId: number, max: number, now: Date): Promise<string[]>;
  removeThese(userId: number, ids: readonly string[]): Promise<void>;
  /** Exchanges the token that is good now; undefined when the presented one is not that. */
  rotate(rotation: Rotation): Promise<RefreshFamily | undefined>;
  findByHandle(handleHash: Buffer): Promise<SpentToken | undefined>;
  /** Oldest first, those that have not expired. */
  list(userId: number, now: Date): Promise<RefreshFamily[]>;
  remove(userId: number, id: string): Promise<boolean>;
  /** Returns the IDs of what was there. */
  removeAll(userId: number, keepId: string | undefined): Promise<string[]>;
}

export function createRefreshFamilies(database: Database): RefreshFamilies {
  /** Rows of a SELECT, or of what a data-changing statement RETURNs. */
  async function rows<Row>(sql: string, parameters: unknown[]): Promise<Row[]> {
    const answer: unknown = await database.run((manager) => manager.query(sql, parameters));
    // TypeORM answers UPDATE and DELETE with [rows, count], the others with rows.
    const list = Array.isArray(answer) && Array.isArray(answer[0]) ? answer[0] : answer;
    return list as Row[];
  }

  return {
    insert: async ({ handleHash, id, userId, client, tokenHash, createdAt, expiresAt }) => {
      await rows(
        `INSERT INTO refresh_families
           (handle_hash, id, user_id, client, token_hash, created_at, rotated_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $6, $7)`,
        [handleHash, id, userId, client, tokenHash, createdAt, expiresAt],
      );
    },
    surplus: async (userId, max, now) => {
      const found = await rows<{ id: string }>(
        `SELECT id FROM refresh_families WHERE user_id = $1 AND (expires_at <= $3 OR id IN (
           SELECT id FROM refresh_families WHERE user_id = $1 ORDER BY created_at DESC OFFSET $2))`,
        [userId, max, now],
      );
      return found.map(({ id }) => id);
    },
    removeThese: async (userId, ids) => {
      await rows('DELETE FROM refresh_families WHERE user_id = $1 AND id = ANY($2)', [userId, ids]);
    },
    rotate: async ({ handleHash, presentedHash, nextHash, sealedSuccessor, now }) => {
      const [family] = await rows<RefreshFamily>(
        `UPDATE refresh_families AS family
         SET spent_hash = token_hash, token_hash = $3, sealed_successor = $4, rotated_at = $5
         FROM users
         WHERE handle_hash = $1 AND token_hash = $2 AND expires_at > $5
           AND users.id = user_id AND users.disabled_at IS NULL
         RETURNING ${COLUMNS}`,
        [handleHash, presentedHash, nextHash, sealedSuccessor, now],
      );
      return family;
    },
    findByHandle: async (handleHash) => {
      const [family] = await rows<SpentToken>(
        `SELECT ${COLUMNS}, spent_hash AS "spentHash", sealed_successor AS "sealedSuccessor",
           users.disabled_at IS NOT NULL AS disabled
         FROM refresh_families AS family JOIN users ON users.id = user_id
         WHERE handle_hash = $1`,
        [handleHash],
      );
      return family;
    },
    list: (userId, now) =>
      rows<RefreshFamily>(
        `SELECT ${COLUMNS} FROM refresh_families AS family JOIN users ON users.id = user_id
         WHERE user_id = $1 AND expires_at > $2 ORDER BY family.created_at`,
        [userId, now],
      ),
    remove: async (userId, id) =>
      (
        await rows('DELETE FROM refresh_families WHERE user_id = $1 AND id = $2 RETURNING id', [
          userId,
          id,
        ])
      ).length > 0,
    removeAll: async (userId, keepId) => {
      const removed = await rows<{ id: string }>(
        'DELETE FROM refresh_families WHERE user_id = $1 AND id <> $2 RETURNING id',
        [userId, keepId ?? ''],
      );
      return removed.map(({ id }) => id);
    },
  };
}
