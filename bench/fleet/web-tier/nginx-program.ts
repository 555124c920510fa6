/** Where an nginx comes from: PATH, else the distribution's package, unpacked. */
import { LabError } from '../../model/errors.js';
import { findOnPath } from '../../processes/find-on-path.js';
import { nginxAdvice, readSystem } from '../../processes/operating-system.js';
import { askProgram, programEnvironment, whyNot } from '../../processes/server-program.js';
import type { UnpackContext } from '../../stores/debian/apt.js';
import { type UnpackedProgram, unpackDebianSoftware } from '../../stores/debian/packages.js';

export interface NginxProgram extends UnpackedProgram {
  /** For a person: "nginx on PATH". */
  name: string;
  version: string;
}

export const NGINX_CACHE_KEY = 'nginx';

/**
 * @throws LabError NGINX_NOT_FOUND with what to install on this system
 */
export async function findNginx(context: UnpackContext): Promise<NginxProgram> {
  const problems: string[] = [];
  for (const source of [findInstalled, unpackNginx]) {
    context.signal.throwIfAborted();
    try {
      const program = await source(context);
      if (program) return { ...program, version: await versionOf(program) };
    } catch (error) {
      context.signal.throwIfAborted();
      // Only what a source could foresee moves on to the next one; a defect of the lab must be seen.
      if (!(error instanceof LabError)) throw error;
      problems.push(error.message);
      context.onMessage(error.message);
    }
  }
  const tried = problems.map((problem) => `\n- ${problem}`).join('');
  throw new LabError(
    'NGINX_NOT_FOUND',
    `This machine has no nginx to be the web tier. ${nginxAdvice(await readSystem())}${tried && `\nTried:${tried}`}`,
  );
}

/** The path of an installed nginx, or null. */
export function findNginxOnPath(environment: NodeJS.ProcessEnv): string | null {
  // Distributions put it where only root's PATH leads; whoever may read it may run it.
  const PATH = [environment.PATH ?? '', '/usr/sbin', '/usr/local/sbin'].join(':');
  return findOnPath('nginx', { ...environment, PATH });
}

type Found = Omit<NginxProgram, 'version'>;

/** @throws LabError NGINX_CANNOT_RUN when it is there but broken */
async function findInstalled({ environment, user }: UnpackContext): Promise<Found | null> {
  const command = findNginxOnPath(environment);
  if (command === null) return null;
  let problem: string | null = null;
  for (const runAs of user === null ? [null] : [user, null]) {
    const program = { command, libraryFolders: [], user: runAs };
    problem = await tryNginx(program);
    if (problem === null) return { ...program, name: `${command} on PATH` };
  }
  throw new LabError('NGINX_CANNOT_RUN', `${command} is installed but does not run: ${problem}`);
}

function unpackNginx(context: UnpackContext): Promise<Found | null> {
  return unpackDebianSoftware(
    {
      name: 'nginx',
      key: NGINX_CACHE_KEY,
      errorCode: 'NGINX_NOT_UNPACKED',
      // Before Debian 12 and Ubuntu 24.04 the package of that name is empty. Its configuration is not needed.
      packages: [['nginx'], ['nginx-light'], ['nginx-core']],
      programs: ['usr/sbin/nginx'],
      tryProgram: tryNginx,
      describe: (program, origin) => ({ ...program, name: `nginx ${origin}` }),
    },
    context,
  );
}

/** Null when it runs, else why not. */
async function tryNginx(program: UnpackedProgram): Promise<string | null> {
  return whyNot(await askNginx(program, ['-v']));
}

async function versionOf(program: UnpackedProgram): Promise<string> {
  const { stderr } = await askNginx(program, ['-v']);
  return /nginx\/(\d+(\.\d+)*)/.exec(stderr)?.[1] ?? 'unknown';
}

/** Runs it to its end, for what it says. */
export function askNginx(program: UnpackedProgram, args: readonly string[]) {
  return askProgram(program, args, programEnvironment(program));
}
