import type { UnpackedProgram } from './debian-packages.js';
import { runCommand } from './run-command.js';

/** A mariadbd that runs on this machine, with the script that makes its data folder. */
export interface MariadbProgram extends UnpackedProgram {
  /** mariadb-install-db. */
  installCommand: string;
  /** The folder with bin, sbin and share in it; null: where it was built to look. */
  baseFolder: string | null;
  /** For a person: "mariadbd on PATH". */
  name: string;
}

/** Null when it runs, else why not. */
export async function tryMariadb(program: UnpackedProgram): Promise<string | null> {
  const { exitCode, stderr } = await runCommand(program.command, ['--no-defaults', '--version'], {
    cwd: '/',
    environment: mariadbEnvironment(program, '/'),
    uid: program.user?.uid,
    gid: program.user?.gid,
    timeoutSeconds: 10,
  }).catch((error: Error) => ({ exitCode: null, stderr: error.message }));
  return exitCode === 0 ? null : stderr.trim() || `exit code ${exitCode}`;
}

/** Nothing of the lab's environment: MYSQL_HOME and its like would change the server. */
export function mariadbEnvironment(
  { libraryFolders }: Pick<UnpackedProgram, 'libraryFolders'>,
  home: string,
): NodeJS.ProcessEnv {
  return {
    PATH: '/usr/bin:/bin',
    HOME: home,
    LC_ALL: 'C',
    TZ: 'UTC',
    ...(libraryFolders.length > 0 && { LD_LIBRARY_PATH: libraryFolders.join(':') }),
  };
}
