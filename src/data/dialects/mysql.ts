import type { DataSource, EntityManager, EntityTarget, ObjectLiteral } from 'typeorm';
import { StartupError } from '../../server/errors.js';
import {
  compile,
  handWritten,
  prepare,
  returningAll,
  rowsOf,
  type Statement,
} from '../statement.js';
import type { Dialect, RefreshFamilySql, WritesWithRows } from './dialect.js';
import { seedMysql } from './mysql-seed.js';
import { isNetworkOutage } from './network-errors.js';

/** A number out of range, a byte sequence that is no text. */
const UNSTORABLE: ReadonlySet<string> = new Set([
  'ER_WARN_DATA_OUT_OF_RANGE',
  'ER_DATA_OUT_OF_RANGE',
  'ER_TRUNCATED_WRONG_VALUE_FOR_FIELD',
]);

/**
 * MySQL from 8.0 and MariaDB from 10.4. The two have no RETURNING in common, and neither returns
 * from an UPDATE: a write that gives its row is a transaction that writes, then reads; the lock that the
 * write took keeps the row as it wrote it.
 */
export const mysql: Dialect = {
  product: 'MySQL',
  connection: async (options) => (await import('./mysql-connection.js')).mysqlConnection(options),
  errors: {
    isOutage: (error) => {
      const { code, message } = error as { code?: unknown; message?: unknown };
      if (typeof code === 'string') {
        return OUTAGE_CODES.has(code) || isNetworkOutage(code);
      }
      return typeof message === 'string' && OUTAGE_MESSAGES.test(message);
    },
    isReadOnly: (error) => READ_ONLY_CODES.has(String((error as { code?: unknown }).code)),
    worthWaiting: new Set(['ETIMEDOUT', 'PROTOCOL_CONNECTION_LOST', 'ER_CON_COUNT_ERROR']),
    isDeadlock: (error) => (error as { code?: unknown }).code === 'ER_LOCK_DEADLOCK',
    violation: (error) => {
      const { code } = error as { code?: unknown };
      if (code === 'ER_DUP_ENTRY') {
        return 'unique';
      }
      if (UNSTORABLE.has(String(code))) {
        return 'unstorable';
      }
      return code === 'ER_NO_REFERENCED_ROW_2' ? 'foreign_key' : undefined;
    },
  },
  columns: {
    id: 'int AUTO_INCREMENT',
    // text would end at 65,535 bytes: 16,383 characters outside the basic plane.
    text: 'mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
    email: 'varchar(254)',
    name: 'varchar(255) CHARACTER SET ascii COLLATE ascii_bin',
    hash: 'varbinary(32)',
    bytes: 'blob',
    instant: 'datetime(3)',
    instantNow: 'CURRENT_TIMESTAMP(3)',
  },
  tableOptions: 'ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
  // MariaDB has no index on an expression. As bytes, because comparisons of texts ignore spaces at
  // the end, and in other collations accents, where PostgreSQL's do not.
  emailIndex: [
    `ALTER TABLE users ADD COLUMN email_key varbinary(1016)
       GENERATED ALWAYS AS (CAST(lower(email) AS BINARY)) STORED`,
    'CREATE UNIQUE INDEX users_email_key ON users (email_key)',
  ],
  hasEmail: '`user`.email_key = CAST(lower(:email) AS BINARY)',
  now: 'UTC_TIMESTAMP(3)',
  writes: writesThenReads(),
  refreshFamilies: refreshFamilySql(),
  removeExpired: (dataSource, { table, expires, max }) =>
    prepare(
      handWritten(
        dataSource,
        `DELETE FROM ${table} WHERE ${expires} <= :now ORDER BY ${expires} LIMIT ${max}`,
      ),
    ),
  dropConnections: ({ driver }) => {
    const { pool } = driver as unknown as { pool?: { _freeConnections?: FreeConnections } };
    for (const connection of pool?._freeConnections?.toArray() ?? []) {
      connection.destroy();
    }
  },
  // A write: who has the right to ignore read_only can go on, and variables do not tell who that is.
  checkWritable: async (manager) => {
    await manager.query('DELETE FROM idempotency_keys WHERE user_id < 0');
  },
  alone,
  seed: seedMysql,
};

/** https://mariadb.com/kb/en/mariadb-error-codes/ as mysql2 names them; the first two are its own. */
const OUTAGE_CODES: ReadonlySet<string> = new Set([
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_SEQUENCE_TIMEOUT',
  'ER_CON_COUNT_ERROR',
  'ER_TOO_MANY_USER_CONNECTIONS',
  'ER_OUT_OF_RESOURCES',
  'ER_OUTOFMEMORY',
  'ER_DISK_FULL',
  'ER_RECORD_FILE_FULL',
  'ER_SERVER_SHUTDOWN',
  'ER_NORMAL_SHUTDOWN',
  'ER_CONNECTION_KILLED',
  'ER_QUERY_INTERRUPTED',
  'ER_STATEMENT_TIMEOUT',
  'ER_LOCK_WAIT_TIMEOUT',
  'ER_OPTION_PREVENTS_STATEMENT',
  'ER_READ_ONLY_MODE',
  'ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION',
]);
const READ_ONLY_CODES: ReadonlySet<string> = new Set([
  'ER_OPTION_PREVENTS_STATEMENT',
  'ER_READ_ONLY_MODE',
  'ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION',
]);
/** mysql2 raises these without a code. */
const OUTAGE_MESSAGES =
  /^(Can't add new command when connection is in closed state|Pool is closed)/;

/** What the server answers to a write. */
interface WriteHeader {
  readonly affectedRows: number;
  readonly insertId: number;
}

/** What mysql2's pool keeps. */
interface FreeConnections {
  toArray(): { destroy(): void }[];
}

function writesThenReads(): WritesWithRows {
  return {
    insert: (dataSource, target, query) => {
      const write = prepare(query.updateEntity(false));
      const read = readById(dataSource, target);
      return (manager, parameters) =>
        manager.transaction(async (transaction) => {
          const { insertId } = (await write(transaction, parameters)) as WriteHeader;
          return read(transaction, { id: insertId });
        });
    },
    update: (dataSource, target, query) => {
      const write = prepare(query.updateEntity(false));
      const read = readById(dataSource, target);
      return (manager, parameters) =>
        manager.transaction(async (transaction) => {
          const { affectedRows } = (await write(transaction, parameters)) as WriteHeader;
          return affectedRows === 0 ? [] : read(transaction, { id: parameters.id });
        });
    },
    remove: (query) => {
      const write = prepare(query);
      return async (manager, parameters) => {
        const { affectedRows } = (await write(manager, parameters)) as WriteHeader;
        return affectedRows === 0 ? [] : [{ id: parameters.id as number }];
      };
    },
  };
}

function readById<Entity extends ObjectLiteral>(
  dataSource: DataSource,
  target: EntityTarget<Entity>,
): Statement<Entity> {
  const table = dataSource.driver.escape(dataSource.getMetadata(target).tableName);
  const columns = returningAll(dataSource, target);
  return compile(handWritten(dataSource, `SELECT ${columns} FROM ${table} WHERE id = :id`));
}

function refreshFamilySql(): RefreshFamilySql {
  return {
    rotate: <Row>(dataSource: DataSource, columns: string): Statement<Row> => {
      const exchange = prepare(
        handWritten(
          dataSource,
          // MySQL assigns from left to right, so the old hash is taken from the request: the same.
          `UPDATE refresh_families
           SET spent_hash = :presentedHash, token_hash = :nextHash,
               sealed_successor = :sealedSuccessor, rotated_at = :now
           WHERE handle_hash = :handleHash AND token_hash = :presentedHash AND expires_at > :now
             AND EXISTS (SELECT 1 FROM users
                         WHERE users.id = refresh_families.user_id AND users.disabled_at IS NULL)`,
        ),
      );
      const read = compile<Row>(
        handWritten(
          dataSource,
          `SELECT ${columns} FROM refresh_families AS family JOIN users ON users.id = family.user_id
           WHERE family.handle_hash = :handleHash`,
        ),
      );
      return (manager, parameters) =>
        manager.transaction(async (transaction) => {
          const { affectedRows } = (await exchange(transaction, parameters)) as WriteHeader;
          return affectedRows === 0 ? [] : read(transaction, parameters);
        });
    },
  };
}

/** The name of a lock is the server's, so it holds which database is meant; at most 64 characters. */
const LOCK_NAME = "concat(?, '.', sha1(database()))";
const LOCK_WAIT_SECONDS = 10;

/** GET_LOCK belongs to the connection, not to the transaction, and is held until after its commit. */
async function alone<T>(
  manager: EntityManager,
  table: string,
  work: (transaction: EntityManager) => Promise<T>,
): Promise<T> {
  const runner = manager.dataSource.createQueryRunner();
  try {
    const [lock] = rowsOf<{ got: number | null }>(
      await runner.query(`SELECT get_lock(${LOCK_NAME}, ${LOCK_WAIT_SECONDS}) AS got`, [table]),
    );
    if (lock?.got !== 1) {
      throw new StartupError('database_unreachable', `DATABASE_URL: ${table} stayed locked`);
    }
    try {
      return await runner.manager.transaction(work);
    } finally {
      await runner.query(`DO release_lock(${LOCK_NAME})`, [table]);
    }
  } finally {
    await runner.release();
  }
}
