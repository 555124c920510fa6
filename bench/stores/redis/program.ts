/** Where a redis-server comes from on this machine: PATH, else the distribution's package, unpacked. */
import { LabError } from '../../model/errors.js';
import { findOnPath } from '../../processes/find-on-path.js';
import { installCommandFor, type System } from '../../processes/operating-system.js';
import { readStat } from '../../processes/process-identity.js';
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

/** A redis-server or valkey-server that runs on this machine. */
export interface RedisProgram extends ServerProgram {
  /** For a person: "redis-server on PATH". */
  name: string;
}

/** Names of servers that speak the protocol and take the same configuration, best first. */
const SERVER_NAMES = ['redis-server', 'valkey-server'];

/** The path of an installed server, or null. */
export function lookForRedisOnPath(environment: NodeJS.ProcessEnv): string | null {
  for (const name of SERVER_NAMES) {
    const command = findOnPath(name, environment);
    if (command !== null) return command;
  }
  return null;
}

/** An installed server, or null. @throws LabError REDIS_CANNOT_RUN when it is there but broken */
export async function findRedisOnPath({
  environment,
  user,
}: Pick<UnpackContext, 'environment' | 'user'>): Promise<RedisProgram | null> {
  let reason: string | null = null;
  for (const name of SERVER_NAMES) {
    const command = findOnPath(name, environment);
    if (command === null) continue;
    // Root may have it where no other user can run it; then Redis, unlike PostgreSQL, runs as root.
    for (const runAs of user === null ? [null] : [user, null]) {
      const program = { command, name: `${name} on PATH`, libraryFolders: [], user: runAs };
      const problem = await tryRedis(program);
      if (problem === null) return program;
      reason = `${command} is installed but does not run: ${problem}`;
    }
  }
  if (reason !== null) throw new LabError('REDIS_CANNOT_RUN', reason);
  return null;
}

const PACKAGE: DebianSoftware<RedisProgram> = {
  name: 'Redis',
  key: 'redis',
  errorCode: 'REDIS_NOT_UNPACKED',
  neededBy: 'run',
  size: 'about 1.5 MB to fetch, up to 15 MB with package lists',
  // The second of each holds the program itself.
  packages: [
    ['redis-server', 'redis-tools'],
    ['valkey-server', 'valkey-tools'],
  ],
  programs: SERVER_NAMES.map((name) => `usr/bin/${name}`),
  tryProgram: tryRedis,
  describe: (program, origin) => ({ ...program, name: `redis-server ${origin}` }),
};

export function lookForDebianRedis(environment: NodeJS.ProcessEnv): Promise<string | null> {
  return lookForDebianSoftware(PACKAGE, environment);
}

/**
 * The distribution's own Redis (or Valkey), unpacked. Null where there is no apt.
 * @throws LabError REDIS_NOT_UNPACKED, CACHE_NOT_WRITABLE
 */
export function unpackDebianRedis(context: UnpackContext): Promise<RedisProgram | null> {
  return unpackDebianSoftware(PACKAGE, context);
}

/** Null when it runs, else why not. */
async function tryRedis(program: ServerProgram): Promise<string | null> {
  return whyNot(await askProgram(program, ['--version'], redisEnvironment(program, '/')));
}

export function redisEnvironment(program: ServerProgram, home: string): NodeJS.ProcessEnv {
  return process.platform === 'win32' ? process.env : programEnvironment(program, home);
}

/** By its name: whether a process of this machine is such a server. */
export function isRedis(pid: number): boolean {
  return /^(redis|valkey|keydb|dragonfly)/.test(readStat(pid)?.name ?? '');
}

/** The command that installs Redis, or Valkey where a distribution has replaced it, by family. */
const INSTALL_COMMANDS: Record<string, string> = {
  debian: 'sudo apt-get install redis-server',
  ubuntu: 'sudo apt-get install redis-server',
  fedora: 'sudo dnf install valkey',
  rhel: 'sudo dnf install redis || sudo dnf install valkey',
  centos: 'sudo dnf install redis || sudo dnf install valkey',
  suse: 'sudo zypper install redis',
  alpine: 'sudo apk add redis',
  arch: 'sudo pacman -S valkey',
};

/** A sentence with the exact command for this system. */
export function redisAdvice(system: System): string {
  if (system.platform === 'darwin') return 'Install one with "brew install redis".';
  if (system.platform === 'win32') {
    return 'Start Docker Desktop and run the lab again, or run the lab inside WSL, or install Memurai and set REDIS_URL=redis://127.0.0.1:6379.';
  }
  const command = installCommandFor(INSTALL_COMMANDS, system);
  return command
    ? `Install one with "${command}".`
    : 'Install redis-server or valkey-server with the package manager of this system, or start Docker.';
}
