import { type DatabaseName, databaseOf } from '../model/databases.js';
import { givenMariadb, namesMysql } from './mariadb/given.js';
import { startMariadb } from './mariadb/start.js';
import type { StartContext, StartedStore } from './open.js';
import { startPostgres } from './postgres/start.js';

/** How each database server is had. To add one is to add a line. */
export interface DatabaseServer {
  /** The URL of one that is used as it is; undefined: the lab starts its own. */
  given(environment: NodeJS.ProcessEnv): string | undefined;
  /** That one, or one of the run's own. @throws LabError */
  start(context: StartContext): Promise<StartedStore>;
}

export const databases: Readonly<Record<DatabaseName, DatabaseServer>> = {
  postgres: {
    given: ({ DATABASE_URL }) => DATABASE_URL,
    start: startPostgres,
  },
  mariadb: {
    given: givenMariadb,
    start: startMariadb,
  },
};

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
