/** CPU time and memory of a database server with all that works for it, by the pid of its first process. */
import type { DatabaseName } from '../model/databases.js';
import { type ProcessUsage, usageOf, usageOfFamily } from '../processes/process-usage.js';

export const DATABASE_USAGE: Readonly<
  Record<DatabaseName, (pid: number) => Promise<ProcessUsage | null>>
> = {
  // A process for each connection.
  postgres: async (pid) => usageOfFamily(pid),
  // One process, with a thread for each connection.
  mariadb: usageOf,
};
