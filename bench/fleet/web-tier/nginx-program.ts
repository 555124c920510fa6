/** Where an nginx comes from: PATH, else the distribution's package, unpacked. */
import { LabError } from '../../model/errors.js';
import { findOnPath } from '../../processes/find-on-path.js';
import { installCommandFor, readSystem, type System } from '../../processes/operating-system.js';
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
} from '../../stores/debian/packages.js';
import { firstSource, triedInWords } from '../../stores/first-source.js';
import type { UnpackContext } from '../../stores/store.js';

export interface NginxProgram extends ServerProgram {
  /** For a person: "nginx on PATH". */
  name: string;
  version: string;
}

/**
 * @throws LabError NGINX_NOT_FOUND with what to install on this system
 */
export async function findNginx(context: UnpackContext): Promise<NginxProgram> {
  const { found, failures } = await firstSource([findInstalled, unpackNginx], context);
  if (found !== null) return found;
  throw new LabError(
    'NGINX_NOT_FOUND',
    `This machine has no nginx to be the web tier. ${await adviseNginx()}${triedInWords(failures)}`,
  );
}

/**
 * Where it would come from, for a person; null where this machine has none. Starts, fetches and writes
 * nothing.
 */
export async function lookForNginx(environment: NodeJS.ProcessEnv): Promise<string | null> {
  const installed = findNginxOnPath(environment);
  return installed ? `${installed} on PATH` : lookForDebianSoftware(PACKAGE, environment);
}

/** A sentence with the exact command for this system. */
export async function adviseNginx(): Promise<string> {
  return nginxAdvice(await readSystem());
}

/** The path of an installed nginx, or null. */
export function findNginxOnPath(environment: NodeJS.ProcessEnv): string | null {
  // Distributions put it where only root's PATH leads; whoever may read it may run it.
  const PATH = [environment.PATH ?? '', '/usr/sbin', '/usr/local/sbin'].join(':');
  return findOnPath('nginx', { ...environment, PATH });
}

/** @throws LabError NGINX_CANNOT_RUN when it is there but broken */
async function findInstalled({ environment, user }: UnpackContext): Promise<NginxProgram | null> {
  const command = findNginxOnPath(environment);
  if (command === null) return null;
  let problem: string | null = null;
  for (const runAs of user === null ? [null] : [user, null]) {
    const program = { command, libraryFolders: [], user: runAs };
    problem = await tryNginx(program);
    if (problem === null) return withVersion({ ...program, name: `${command} on PATH` });
  }
  throw new LabError('NGINX_CANNOT_RUN', `${command} is installed but does not run: ${problem}`);
}

const PACKAGE: DebianSoftware<Omit<NginxProgram, 'version'>> = {
  name: 'nginx',
  key: 'nginx',
  errorCode: 'NGINX_NOT_UNPACKED',
  neededBy: 'run with a web tier',
  size: 'about 1.5 MB to fetch, up to 15 MB with package lists',
  // Before Debian 12 and Ubuntu 24.04 the package of that name is empty. Its configuration is not needed.
  packages: [['nginx'], ['nginx-light'], ['nginx-core']],
  programs: ['usr/sbin/nginx'],
  tryProgram: tryNginx,
  describe: (program, origin) => ({ ...program, name: `nginx ${origin}` }),
};

async function unpackNginx(context: UnpackContext): Promise<NginxProgram | null> {
  const program = await unpackDebianSoftware(PACKAGE, context);
  return program && withVersion(program);
}

/** Null when it runs, else why not. */
async function tryNginx(program: ServerProgram): Promise<string | null> {
  return whyNot(await askNginx(program, ['-v']));
}

async function withVersion<Program extends ServerProgram>(
  program: Program,
): Promise<Program & { version: string }> {
  const { stderr } = await askNginx(program, ['-v']);
  return { ...program, version: /nginx\/(\d+(\.\d+)*)/.exec(stderr)?.[1] ?? 'unknown' };
}

/** Runs it to its end, for what it says. */
export function askNginx(program: ServerProgram, args: readonly string[]) {
  return askProgram(program, args, programEnvironment(program));
}

/** The lab calls it by its path and starts it by itself: a service that the package enables is not needed. */
const INSTALL_COMMANDS: Record<string, string> = {
  debian: 'sudo apt-get install nginx-light',
  ubuntu: 'sudo apt-get install nginx-light',
  fedora: 'sudo dnf install nginx-core',
  rhel: 'sudo dnf install nginx',
  centos: 'sudo dnf install nginx',
  suse: 'sudo zypper install nginx',
  alpine: 'sudo apk add nginx',
  arch: 'sudo pacman -S nginx',
};

/** A sentence with the exact command for this system. */
export function nginxAdvice(system: System): string {
  if (system.platform === 'darwin') return 'Install it with "brew install nginx".';
  if (system.platform === 'win32') return 'Run the lab inside WSL, where nginx is a package.';
  const command = installCommandFor(INSTALL_COMMANDS, system);
  return command
    ? `Install it with "${command}".`
    : 'Install nginx with the package manager of this system.';
}
