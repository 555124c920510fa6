import type { Connection, RowDataPacket } from 'mysql2/promise';
import { LabError } from '../../model/errors.js';
import { listeningProcesses } from '../../processes/ports/listening-processes.js';
import { isLoopback } from '../../processes/ports/loopback.js';
import { readStat } from '../../processes/process-identity.js';
import { checkGivenUrl } from '../given-url.js';
import type { StartedStore } from '../open.js';
import { describeFailure } from '../postgres/connection.js';
import { connectMariadb, readMariadbVersion } from './connection.js';

const DEFAULT_PORT = 3306;
/** What of its settings a reader of the figures should know: the disk, and what every query may cost. */
const STATED_SETTINGS = [
  'innodb_flush_log_at_trx_commit',
  'innodb_doublewrite',
  'innodb_buffer_pool_size',
  'log_bin',
  'sync_binlog',
  'performance_schema',
];

/** MARIADB_URL, else a DATABASE_URL that names a MySQL or MariaDB. */
export function givenMariadb(environment: NodeJS.ProcessEnv): string | undefined {
  return givenBy(environment)?.url;
}

export function namesMysql(databaseUrl: string | undefined): boolean {
  return /^(mysql|mariadb):/i.test(databaseUrl ?? '');
}

/**
 * The given server, used as it is: verified, and neither set nor stopped. null where none is given.
 * @throws LabError MARIADB_UNREACHABLE, DATABASE_UNREACHABLE, by the variable that names it
 */
export async function useGivenMariadb(
  environment: NodeJS.ProcessEnv,
): Promise<StartedStore | null> {
  const given = givenBy(environment);
  if (given === null) return null;
  const { variable, url } = given;
  checkGivenUrl(variable, url, ['mysql:', 'mariadb:']);
  const connection = await connectMariadb(url, 5_000).catch((cause: Error) => {
    throw new LabError(
      variable === 'MARIADB_URL' ? 'MARIADB_UNREACHABLE' : 'DATABASE_UNREACHABLE',
      `${variable} is set, but no MariaDB or MySQL answers there: ${describeFailure(cause)}. Start that server, or unset ${variable} to let the lab start its own.`,
      { cause },
    );
  });
  try {
    return {
      url,
      startedBy: `${variable} (${await readSettings(connection)})`,
      given: true,
      version: await readMariadbVersion(connection),
      pid: findServer(url),
      stop: async () => {},
    };
  } finally {
    await connection.end();
  }
}

function givenBy({ MARIADB_URL, DATABASE_URL }: NodeJS.ProcessEnv) {
  if (MARIADB_URL) return { variable: 'MARIADB_URL', url: MARIADB_URL } as const;
  if (DATABASE_URL && namesMysql(DATABASE_URL)) {
    return { variable: 'DATABASE_URL', url: DATABASE_URL } as const;
  }
  return null;
}

/** Asked, since a server that is not ours may be set in any way. */
async function readSettings(connection: Connection): Promise<string> {
  const [rows] = await connection.query<RowDataPacket[]>(
    'SHOW GLOBAL VARIABLES WHERE Variable_name IN (?)',
    [STATED_SETTINGS],
  );
  const values = new Map(rows.map((row) => [String(row.Variable_name), String(row.Value)]));
  return STATED_SETTINGS.flatMap((name) =>
    values.has(name) ? [`${name}=${values.get(name)}`] : [],
  ).join(', ');
}

/** Who serves its port, when that is a MariaDB or MySQL of this machine (not behind a forwarded port). */
function findServer(url: string): number | null {
  const { hostname, port } = new URL(url);
  if (!isLoopback(hostname)) return null;
  const found = listeningProcesses(port === '' ? DEFAULT_PORT : Number(port)).filter((pid) =>
    /^(mariadbd|mysqld)$/.test(readStat(pid)?.name ?? ''),
  );
  return found.length === 1 ? (found[0] as number) : null;
}
