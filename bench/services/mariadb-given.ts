import { LabError } from '../errors.js';
import { connectMariadb, readMariadbVersion } from './mariadb-connection.js';
import { describeFailure } from './postgres-connection.js';
import type { StartedStore } from './stores.js';

/** MARIADB_URL, used as it is: verified, and neither set nor stopped. @throws {LabError} MARIADB_UNREACHABLE */
export async function useGivenMariadb(url: string): Promise<StartedStore> {
  const connection = await connectMariadb(url, 5_000).catch((cause: Error) => {
    throw new LabError(
      'MARIADB_UNREACHABLE',
      `MARIADB_URL is set, but no MariaDB or MySQL answers there: ${describeFailure(cause)}. Start that server, or unset MARIADB_URL to let the lab start its own.`,
      { cause },
    );
  });
  try {
    return {
      url,
      startedBy: 'MARIADB_URL',
      given: true,
      version: await readMariadbVersion(connection),
      pid: null,
      stop: async () => {},
    };
  } finally {
    await connection.end();
  }
}
