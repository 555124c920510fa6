import type { DatabaseName } from '../databases.js';
import { type ProcessUsage, usageOf, usageOfFamily } from '../measure/process-usage.js';
import { startMariadb } from './mariadb.js';
import { givenMariadb, namesMysql } from './mariadb-given.js';
import { startPostgres } from './postgres.js';
import type { StartContext, StartedStore } from './stores.js';

/** All that differs between the database servers of the lab. To add one is to add a line. */
export interface DatabaseServer {
  /** The URL of one that is used as it is; undefined: the lab starts its own. */
  given(environment: NodeJS.ProcessEnv): string | undefined;
  /** That one, or one of the run's own. @throws LabError */
  start(context: StartContext): Promise<StartedStore>;
  /** CPU time and memory of the whole server. @param pid of its first process */
  usage(pid: number): Promise<ProcessUsage | null>;
}

export const databases: Readonly<Record<DatabaseName, DatabaseServer>> = {
  postgres: {
    given: ({ DATABASE_URL }) => DATABASE_URL,
    start: startPostgres,
    // A process for each connection.
    usage: async (pid) => usageOfFamily(pid),
  },
  mariadb: {
    given: givenMariadb,
    start: startMariadb,
    // One process, with a thread for each connection.
    usage: usageOf,
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
