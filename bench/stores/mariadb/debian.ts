import { dirname, join } from 'node:path';
import type { UnpackContext } from '../debian/apt.js';
import { unpackDebianSoftware } from '../debian/packages.js';
import { type MariadbProgram, tryMariadb } from './program.js';

export const MARIADB_CACHE_KEY = 'mariadb';

/**
 * The distribution's own MariaDB, unpacked. Null where there is no apt.
 * @throws LabError MARIADB_NOT_UNPACKED, CACHE_NOT_WRITABLE
 */
export function unpackDebianMariadb(context: UnpackContext): Promise<MariadbProgram | null> {
  return unpackDebianSoftware(
    {
      name: 'MariaDB',
      key: MARIADB_CACHE_KEY,
      errorCode: 'MARIADB_NOT_UNPACKED',
      // The client's part holds my_print_defaults, which mariadb-install-db asks.
      packages: [
        ['mariadb-server-core', 'mariadb-client-core'],
        ['mariadb-server-core-10.6', 'mariadb-client-core-10.6'],
      ],
      programs: ['usr/sbin/mariadbd'],
      tryProgram: tryMariadb,
      describe: (program, origin) => {
        const baseFolder = dirname(dirname(program.command));
        return {
          ...program,
          baseFolder,
          installCommand: join(baseFolder, 'bin', 'mariadb-install-db'),
          name: `mariadbd ${origin}`,
        };
      },
    },
    context,
  );
}
