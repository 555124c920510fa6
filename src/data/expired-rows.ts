import type { Database } from './database.js';
import type { HousekeepingTask } from './housekeeper.js';
import { changedBy } from './statement.js';

/** A table whose rows nobody reads any more after a time of their own. */
interface ExpiringTable {
  readonly table: string;
  /** Columns of the primary key. */
  readonly key: readonly string[];
  /** The column with the end of a row; it has an index. */
  readonly expires: string;
  readonly inMilliseconds: boolean;
}

export const EXPIRING_TABLES: readonly ExpiringTable[] = [
  {
    table: 'idempotency_keys',
    key: ['user_id', 'key_hash'],
    expires: 'expires_at_ms',
    inMilliseconds: true,
  },
  // An access token never outlives its family, so an expired family has nothing left to deny.
  {
    table: 'refresh_families',
    key: ['handle_hash'],
    expires: 'expires_at',
    inMilliseconds: false,
  },
];

/** So many go in one statement: few enough that it is short, and holds few locks. */
const REMOVED_AT_ONCE = 500;

/**
 * One task for each table with rows that expire. Requests treat such rows as if they were gone, and
 * remove none themselves.
 *
 * @param now milliseconds since the epoch; injected so that tests can move time
 */
export function removeExpiredRows(database: Database, now = Date.now): HousekeepingTask[] {
  return EXPIRING_TABLES.map(({ inMilliseconds, ...rows }) => {
    const remove = database.dialect.removeExpired(database.dataSource, {
      ...rows,
      max: REMOVED_AT_ONCE,
    });
    return {
      name: rows.table,
      removeSome: async () => {
        const at = inMilliseconds ? now() : new Date(now());
        return changedBy(await database.run((manager) => remove(manager, { now: at })));
      },
    };
  });
}
