import { LabError } from '../../model/errors.js';
import { findOnPath } from '../../processes/find-on-path.js';
import type { StartContext } from '../open.js';
import { type MariadbProgram, tryMariadb } from './program.js';

/** Where distributions put servers, and PATH of an ordinary user does not lead. */
const SERVER_FOLDERS = ['/usr/sbin', '/usr/libexec', '/usr/local/sbin'];

/** An installed server, or null. @throws LabError MARIADB_CANNOT_RUN when it is there but broken */
export async function findMariadbOnPath({
  environment,
  user,
}: Pick<StartContext, 'environment' | 'user'>): Promise<MariadbProgram | null> {
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
