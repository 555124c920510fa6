import { LabError } from '../../model/errors.js';
import type { StartContext, StartedStore } from '../open.js';
import { unpackDebianMariadb } from './debian.js';
import { useGivenMariadb } from './given.js';
import { findMariadbOnPath } from './on-path.js';
import { serveMariadb } from './server.js';

/**
 * MARIADB_URL or a DATABASE_URL of that kind as it is (MySQL will do), else a MariaDB of this run's
 * own: from PATH, or from the distribution's package, unpacked.
 * @throws LabError MARIADB_UNREACHABLE, DATABASE_UNREACHABLE, MARIADB_NOT_FOUND,
 *   MARIADB_NOT_UNPACKED, MARIADB_FAILED
 */
export async function startMariadb(context: StartContext): Promise<StartedStore> {
  const given = await useGivenMariadb(context.environment);
  if (given !== null) return given;
  const program = (await findMariadbOnPath(context)) ?? (await unpackDebianMariadb(context));
  if (program !== null) return serveMariadb(program, context);
  throw new LabError(
    'MARIADB_NOT_FOUND',
    'This machine has no MariaDB to use: no mariadbd on PATH, and no apt to unpack one with. Install MariaDB, or set MARIADB_URL to a running MariaDB or MySQL, as mysql://user:password@host:3306/name.',
  );
}
