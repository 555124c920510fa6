/**
 * MariaDB as a store of the lab: MARIADB_URL or a DATABASE_URL of that kind as it is (MySQL will do),
 * else a MariaDB of this run's own.
 */
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { chooseOrdinaryUser } from '../../processes/ordinary-user.js';
import { listeningProcesses } from '../../processes/ports/listening-processes.js';
import { isLoopback } from '../../processes/ports/loopback.js';
import { readStat } from '../../processes/process-identity.js';
import { usageOf } from '../../processes/process-usage.js';
import { checkGivenUrl, MYSQL_SCHEMES, namesMysql } from '../given-url.js';
import type { GivenStore, StartedStore, StoreProduct } from '../store.js';
import { unreachable } from '../unanswered.js';
import { connectMariadb, readMariadbVersion } from './connection.js';
import { findMariadbOnPath, lookForDebianMariadb, unpackDebianMariadb } from './program.js';
import { serveMariadb } from './server.js';

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

export const mariadb: StoreProduct = {
  label: 'MariaDB',
  variable: 'MARIADB_URL',
  findGiven({ MARIADB_URL, DATABASE_URL }) {
    if (MARIADB_URL) return { variable: 'MARIADB_URL', url: MARIADB_URL };
    if (DATABASE_URL && namesMysql(DATABASE_URL)) {
      return { variable: 'DATABASE_URL', url: DATABASE_URL };
    }
    return null;
  },
  useGiven,
  sources: [
    {
      absent: 'no server on PATH',
      async look(environment) {
        const user = await chooseOrdinaryUser();
        const program = await findMariadbOnPath({ environment, user });
        return program && `${program.command} on PATH`;
      },
      async start(context) {
        const program = await findMariadbOnPath(context);
        return program && serveMariadb(program, context);
      },
    },
    {
      absent: 'no apt to unpack one with',
      look: lookForDebianMariadb,
      async start(context) {
        const program = await unpackDebianMariadb(context);
        return program && serveMariadb(program, context);
      },
    },
  ],
  afterFailure: 'end',
  notFoundCode: 'MARIADB_NOT_FOUND',
  adviseInstall: async () =>
    'Install MariaDB, or set MARIADB_URL to a running MariaDB or MySQL, as mysql://user:password@host:3306/name.',
  nameVersion: (version) => version,
  // One process, with a thread for each connection.
  readUsage: async ({ pid }) => (pid === null ? null : usageOf(pid)),
};

async function useGiven(given: GivenStore): Promise<StartedStore> {
  const { variable, url } = given;
  checkGivenUrl(variable, url, MYSQL_SCHEMES);
  const code = variable === 'MARIADB_URL' ? 'MARIADB_UNREACHABLE' : 'DATABASE_UNREACHABLE';
  const connection = await connectMariadb(url, 5_000).catch((cause: Error) => {
    throw unreachable(given, 'MariaDB or MySQL', code, cause);
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
