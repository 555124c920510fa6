/** Where a mariadbd comes from on this machine: PATH, else the distribution's package, unpacked. */
import { dirname, join } from 'node:path';
import { LabError } from '../../model/errors.js';
import { findOnPath } from '../../processes/find-on-path.js';
import {
  askProgram,
  programEnvironment,
  type ServerProgram,
  whyNot,
} from '../../processes/server-program.js';
import {
  type DebianSoftware,
  lookForDebianSoftware,
  unpackDebianSoftware,
} from '../debian/packages.js';
import type { UnpackContext } from '../store.js';

/** A mariadbd that runs on this machine, with the script that makes its data folder. */
export interface MariadbProgram extends ServerProgram {
  /** mariadb-install-db. */
  installCommand: string;
  /** The folder with bin, sbin and share in it; null: where it was built to look. */
  baseFolder: string | null;
  /** For a person: "mariadbd on PATH". */
  name: string;
}

/** Where distributions put servers, and PATH of an ordinary user does not lead. */
const SERVER_FOLDERS = ['/usr/sbin', '/usr/libexec', '/usr/local/sbin'];

/** An installed server, or null. @throws LabError MARIADB_CANNOT_RUN when it is there but broken */
export async function findMariadbOnPath({
  environment,
  user,
}: Pick<UnpackContext, 'environment' | 'user'>): Promise<MariadbProgram | null> {
  const path = [environment.PATH ?? '', ...SERVER_FOLDERS].join(':');
  const command = findOnPath('mariadbd', { PATH: path });
  const installCommand = findOnPath('mariadb-install-db', { PATH: path });
  if (command === null || installCommand === null) return null;
  const program = { command, installCommand, baseFolder: null, libraryFolders: [], user };
  const problem = await tryMariadb(program);
  if (problem !== null) {
    throw new LabError(
      'MARIADB_CANNOT_RUN',
      `${command} is installed but does not run: ${problem}. Set MARIADB_URL to use another server.`,
    );
  }
  return { ...program, name: 'mariadbd on PATH' };
}

const PACKAGE: DebianSoftware<MariadbProgram> = {
  name: 'MariaDB',
  key: 'mariadb',
  errorCode: 'MARIADB_NOT_UNPACKED',
  neededBy: 'run on MariaDB',
  size: 'about 9 MB to fetch, 59 MB unpacked; more with package lists',
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
};

export function lookForDebianMariadb(environment: NodeJS.ProcessEnv): Promise<string | null> {
  return lookForDebianSoftware(PACKAGE, environment);
}

/**
 * The distribution's own MariaDB, unpacked. Null where there is no apt.
 * @throws LabError MARIADB_NOT_UNPACKED, CACHE_NOT_WRITABLE
 */
export function unpackDebianMariadb(context: UnpackContext): Promise<MariadbProgram | null> {
  return unpackDebianSoftware(PACKAGE, context);
}

/** Null when it runs, else why not. */
async function tryMariadb(program: ServerProgram): Promise<string | null> {
  const args = ['--no-defaults', '--version'];
  return whyNot(await askProgram(program, args, programEnvironment(program, '/')));
}
