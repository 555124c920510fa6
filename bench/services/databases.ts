import { startMariadb } from './mariadb.js';
import { startPostgres } from './postgres.js';
import type { StartContext, StartedStore } from './stores.js';

/** Database servers that the lab can start, by the name on the command line. */
export const databases = {
  postgres: { product: 'PostgreSQL', start: startPostgres },
  mariadb: { product: 'MariaDB', start: startMariadb },
} as const satisfies Record<
  string,
  { product: string; start: (context: StartContext) => Promise<StartedStore> }
>;

export type DatabaseName = keyof typeof databases;
export const DATABASE_NAMES = Object.keys(databases) as DatabaseName[];
