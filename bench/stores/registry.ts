/** The products that a run can use, a line each. */
import { type DatabaseName, databaseOf } from '../model/databases.js';
import { namesMysql } from './given-url.js';
import { mariadb } from './mariadb/mariadb.js';
import { postgres } from './postgres/postgres.js';
import { redis } from './redis/redis.js';
import type { SessionStoreProduct, StoreProduct } from './store.js';

/** What can hold users and posts. */
export const databases: Readonly<Record<DatabaseName, StoreProduct>> = {
  postgres,
  mariadb,
};

/** What can hold logins, by the protocol of Redis. */
export const sessionStores = {
  redis,
} as const satisfies Record<string, SessionStoreProduct>;

export type SessionStoreName = keyof typeof sessionStores;

/**
 * What was asked for, else what DATABASE_URL names.
 * @returns undefined where neither says anything
 */
export function namedDatabase(
  asked: DatabaseName | undefined,
  { DATABASE_URL }: NodeJS.ProcessEnv,
): DatabaseName | undefined {
  return asked ?? (namesMysql(DATABASE_URL) ? 'mariadb' : undefined);
}

/** The same, and PostgreSQL where neither says anything. */
export function databaseFor(
  asked: DatabaseName | undefined,
  environment: NodeJS.ProcessEnv,
): DatabaseName {
  return databaseOf({ database: namedDatabase(asked, environment) });
}
