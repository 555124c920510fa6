import type { Database } from './database.js';
import { changedBy, compile, handWritten, prepare, type Statement } from './statement.js';

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

interface SpentToken extends RefreshFamily {
  /** SHA-256 of the token that was exchanged last. */
  readonly spentHash: Buffer | null;
  /** The token it was exchanged for, readable with the spent one only. */
  readonly sealedSuccessor: Buffer | null;
  readonly disabled: boolean;
}

interface NewFamily {
  readonly handleHash: Buffer;
  readonly id: string;
  readonly userId: number;
  readonly client: string;
  readonly tokenHash: Buffer;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

interface Rotation {
  readonly handleHash: Buffer;
  readonly presentedHash: Buffer;
  readonly nextHash: Buffer;
  readonly sealedSuccessor: Buffer;
  readonly now: Date;
}

const COLUMNS = `family.id, family.user_id AS "userId", users.email, users.name, family.client,
  family.created_at AS "createdAt", family.rotated_at AS "rotatedAt", family.expires_at AS "expiresAt"`;

/** The table of refresh token families. Each change is atomic by itself. */
export interface RefreshFamilies {
  insert(family: NewFamily): Promise<void>;
  /** IDs of the oldest beyond `max`, of one user's families that have not expired. */
  surplus(userId: number, max: number, now: Date): Promise<string[]>;
  removeThese(userId: number, ids: readonly string[]): Promise<void>;
  /** Exchanges the token that is good now; undefined when the presented one is not that. */
  rotate(rotation: Rotation): Promise<RefreshFamily | undefined>;
  findByHandle(handleHash: Buffer): Promise<SpentToken | undefined>;
  /** Oldest first, those that have not expired. */
  list(userId: number, now: Date): Promise<RefreshFamily[]>;
  remove(userId: number, id: string): Promise<boolean>;
}

export function createRefreshFamilies(database: Database): RefreshFamilies {
  const { dataSource, dialect } = database;
  const select = <Row>(sql: string) => compile<Row>(handWritten(dataSource, sql));
  const change = (sql: string) => prepare(handWritten(dataSource, sql));
  const rows = <Row>(statement: Statement<Row>, parameters: Readonly<Record<string, unknown>>) =>
    database.run((manager) => statement(manager, parameters));

  const insert = change(
    `INSERT INTO refresh_families
       (handle_hash, id, user_id, client, token_hash, created_at, rotated_at, expires_at)
     VALUES
       (:handleHash, :id, :userId, :client, :tokenHash, :createdAt, :createdAt, :expiresAt)`,
  );
  const surplus = select<{ id: string }>(
    `SELECT id FROM (
       SELECT id, row_number() OVER (ORDER BY created_at DESC, id DESC) AS place
       FROM refresh_families WHERE user_id = :userId AND expires_at > :now) AS mine
     WHERE place > :max`,
  );
  const rotate = dialect.refreshFamilies.rotate<RefreshFamily>(dataSource, COLUMNS);
  const findByHandle = select<SpentToken>(
    `SELECT ${COLUMNS}, spent_hash AS "spentHash", sealed_successor AS "sealedSuccessor",
       users.disabled_at IS NOT NULL AS disabled
     FROM refresh_families AS family JOIN users ON users.id = user_id
     WHERE handle_hash = :handleHash`,
  );
  const list = select<RefreshFamily>(
    `SELECT ${COLUMNS} FROM refresh_families AS family JOIN users ON users.id = user_id
     WHERE user_id = :userId AND expires_at > :now ORDER BY family.created_at`,
  );
  const remove = change('DELETE FROM refresh_families WHERE user_id = :userId AND id = :id');

  return {
    insert: async (family) => {
      await database.run((manager) => insert(manager, { ...family }));
    },
    surplus: async (userId, max, now) =>
      (await rows(surplus, { userId, max, now })).map(({ id }) => id),
    removeThese: async (userId, ids) => {
      // As many parameters as there are ids, so it cannot be prepared.
      const [sql, parameters] = dataSource.driver.escapeQueryWithParameters(
        'DELETE FROM refresh_families WHERE user_id = :userId AND id IN (:...ids)',
        { userId, ids },
      );
      await database.run((manager) => manager.query(sql, parameters));
    },
    rotate: async (rotation) => (await rows(rotate, { ...rotation }))[0],
    findByHandle: async (handleHash) => {
      const [family] = await rows(findByHandle, { handleHash });
      // MySQL's truth is a number.
      return family && { ...family, disabled: Boolean(family.disabled) };
    },
    list: (userId, now) => rows(list, { userId, now }),
    remove: async (userId, id) =>
      changedBy(await database.run((manager) => remove(manager, { userId, id }))) > 0,
  };
}
