import type pg from 'pg';
import { LabError } from '../../model/errors.js';
import { isLoopback } from '../../processes/ports/loopback.js';
import { readStat } from '../../processes/process-identity.js';
import { checkGivenUrl } from '../given-url.js';
import { namesMysql } from '../mariadb/given.js';
import type { StartedStore } from '../open.js';
import { connect, describeFailure, readVersion } from './connection.js';

/** DATABASE_URL, used as it is: verified, and neither set nor stopped. @throws LabError DATABASE_UNREACHABLE, DATABASE_NOT_POSTGRES */
export async function useGivenPostgres(url: string): Promise<StartedStore> {
  if (namesMysql(url)) {
    throw new LabError(
      'DATABASE_NOT_POSTGRES',
      'PostgreSQL was asked for, but DATABASE_URL names a MySQL or MariaDB. Leave out "--database postgres" to use that server, or unset DATABASE_URL to let the lab start its own PostgreSQL.',
    );
  }
  checkGivenUrl('DATABASE_URL', url, ['postgres:', 'postgresql:']);
  const client = await connect(url, 5_000).catch((cause: Error) => {
    throw new LabError(
      'DATABASE_UNREACHABLE',
      `DATABASE_URL is set, but no PostgreSQL answers there: ${describeFailure(cause)}. Start that server, or unset DATABASE_URL to let the lab start its own.`,
      { cause },
    );
  });
  try {
    return {
      url,
      startedBy: 'DATABASE_URL',
      given: true,
      version: await readVersion(client),
      pid: isLoopback(client.host) ? await findPostmaster(client) : null,
      stop: async () => {},
    };
  } finally {
    await client.end();
  }
}

/** The parent of the process that serves this connection, when both are PostgreSQL's on this machine. */
async function findPostmaster(client: pg.Client): Promise<number | null> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  // Behind a forwarded port, or in a container, the number means nothing here: believe the names only.
  const backend = rows[0] && readStat(rows[0].pid);
  if (backend?.name !== 'postgres') return null;
  const postmaster = readStat(backend.parentPid);
  return postmaster && /^(postgres|postmaster)$/.test(postmaster.name) ? backend.parentPid : null;
}
