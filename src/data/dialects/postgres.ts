import { compile, handWritten, prepare, returningAll } from '../statement.js';
import type { Dialect, RefreshFamilySql, WritesWithRows } from './dialect.js';
import { isNetworkOutage } from './network-errors.js';
import { seedPostgres } from './postgres-seed.js';

/** https://www.postgresql.org/docs/18/errcodes-appendix.html */
const OUTAGE_SQLSTATES = /^(08...|57P0[1-5]|57014|53[0-3]00|58...|25006)$/;
const UNIQUE_VIOLATION = '23505';
const FOREIGN_KEY_VIOLATION = '23503';
/** A number out of range, a byte sequence that is no text, a character that is none here. */
const UNSTORABLE: ReadonlySet<string> = new Set(['22003', '22021', '22P05']);
const READ_ONLY = '25006';
const DEADLOCK_DETECTED = '40P01';
/** pg raises these without a code. */
const OUTAGE_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed)/;

const writes: WritesWithRows = {
  insert: (dataSource, target, query) =>
    compile(query.returning(returningAll(dataSource, target)).updateEntity(false)),
  update: (dataSource, target, query) =>
    compile(query.returning(returningAll(dataSource, target)).updateEntity(false)),
  remove: (query) => compile(query.returning('id')),
};

const refreshFamilies: RefreshFamilySql = {
  rotate: (dataSource, columns) =>
    compile(
      handWritten(
        dataSource,
        `UPDATE refresh_families AS family
         SET spent_hash = token_hash, token_hash = :nextHash,
             sealed_successor = :sealedSuccessor, rotated_at = :now
         FROM users
         WHERE handle_hash = :handleHash AND token_hash = :presentedHash AND expires_at > :now
           AND users.id = user_id AND users.disabled_at IS NULL
         RETURNING ${columns}`,
      ),
    ),
};

/** What pg's pool keeps; it removes one whose socket fails. */
interface IdleClient {
  readonly connection: { readonly stream: { destroy(error: Error): void } };
}

export const postgres: Dialect = {
  product: 'PostgreSQL',
  connection: async (options) =>
    (await import('./postgres-connection.js')).postgresConnection(options),
  errors: {
    isOutage: (error) => {
      const { code, message } = error as { code?: unknown; message?: unknown };
      if (typeof code === 'string') {
        return OUTAGE_SQLSTATES.test(code) || isNetworkOutage(code);
      }
      return typeof message === 'string' && OUTAGE_MESSAGES.test(message);
    },
    isReadOnly: (error) => (error as { code?: unknown }).code === READ_ONLY,
    // 57P03: it is starting.
    worthWaiting: new Set(['57P03', 'ETIMEDOUT']),
    isDeadlock: (error) => (error as { code?: unknown }).code === DEADLOCK_DETECTED,
    violation: (error) => {
      const { code } = error as { code?: unknown };
      if (code === UNIQUE_VIOLATION) {
        return 'unique';
      }
      if (UNSTORABLE.has(String(code))) {
        return 'unstorable';
      }
      return code === FOREIGN_KEY_VIOLATION ? 'foreign_key' : undefined;
    },
  },
  columns: {
    id: 'int GENERATED ALWAYS AS IDENTITY',
    text: 'text',
    email: 'text',
    name: 'text',
    hash: 'bytea',
    bytes: 'bytea',
    instant: 'timestamptz',
    instantNow: 'now()',
  },
  tableOptions: '',
  emailIndex: ['CREATE UNIQUE INDEX users_email_key ON users (lower(email))'],
  hasEmail: 'lower(user.email) = lower(:email)',
  now: 'now()',
  writes,
  refreshFamilies,
  // Rows that a request holds are left for another time. Asked again outside: a key that expired may
  // have been claimed anew.
  removeExpired: (dataSource, { table, key, expires, max }) =>
    prepare(
      handWritten(
        dataSource,
        `DELETE FROM ${table}
         WHERE ${expires} <= :now AND (${key.join(', ')}) IN (
           SELECT ${key.join(', ')} FROM ${table} WHERE ${expires} <= :now
           ORDER BY ${expires} LIMIT ${max} FOR UPDATE SKIP LOCKED)`,
      ),
    ),
  dropConnections: ({ driver }) => {
    const { master } = driver as unknown as { master?: { _idle?: { client: IdleClient }[] } };
    for (const { client } of [...(master?._idle ?? [])]) {
      client.connection.stream.destroy(new Error('the server takes no writes'));
    }
  },
  // No write: it would wait for who holds the table. On in a standby too.
  checkWritable: async (manager) => {
    const [row] = await manager.query("SELECT current_setting('transaction_read_only') AS answer");
    if (row.answer !== 'off') {
      throw Object.assign(new Error('the server takes no writes'), { code: READ_ONLY });
    }
  },
  alone: (manager, table, work) =>
    manager.transaction(async (transaction) => {
      // The number of the lock is the table's own, so it meets no other use of advisory locks.
      await transaction.query('SELECT pg_advisory_xact_lock($1::regclass::oid::bigint)', [table]);
      return work(transaction);
    }),
  seed: seedPostgres,
};
