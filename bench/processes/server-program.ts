/** A server's program as it was found or unpacked: its environment, and whether it runs at all. */
import type { OrdinaryUser } from './ordinary-user.js';
import { type CommandResult, runCommand } from './run-command.js';

export interface ServerProgram {
  command: string;
  /** Folders with its libraries, when they are not the system's. */
  libraryFolders: string[];
  /** Whom it runs as; null means as the lab itself. */
  user: OrdinaryUser | null;
}

/**
 * Nothing of the lab's environment: variables such as MYSQL_HOME would change the server.
 *
 * @param home none unless told
 */
export function programEnvironment(
  { libraryFolders }: Pick<ServerProgram, 'libraryFolders'>,
  home?: string,
): NodeJS.ProcessEnv {
  return {
    PATH: '/usr/bin:/bin',
    ...(home !== undefined && { HOME: home }),
    LC_ALL: 'C',
    TZ: 'UTC',
    ...(libraryFolders.length > 0 && { LD_LIBRARY_PATH: libraryFolders.join(':') }),
  };
}

/** Runs it to its end, for what it says; where it cannot be started, that is what it says. */
export function askProgram(
  program: ServerProgram,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<CommandResult> {
  return runCommand(program.command, args, {
    cwd: '/',
    environment,
    uid: program.user?.uid,
    gid: program.user?.gid,
    timeoutSeconds: 10,
  }).catch((error: Error) => ({ exitCode: null, stdout: '', stderr: error.message }));
}

/** Null when it runs, else why not. Used before a program is chosen, so that the next one can be. */
export function whyNot({ exitCode, stderr }: CommandResult): string | null {
  return exitCode === 0 ? null : stderr.trim() || `exit code ${exitCode}`;
}
