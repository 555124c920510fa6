/**
 * The distribution's own servers, fetched and unpacked into the lab's cache: not installed, no root
 * needed, and none of the system's folders written (docs/decisions/202).
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../../model/errors.js';
import { findOnPath } from '../../processes/find-on-path.js';
import { cacheBases, openCache, useCache } from '../../processes/folders/cache.js';
import { LAB_NAME } from '../../processes/lab-name.js';
import { readSystem, type System } from '../../processes/operating-system.js';
import { runCommand } from '../../processes/run-command.js';
import type { ServerProgram } from '../../processes/server-program.js';
import type { UnpackContext } from '../store.js';
import { lastLines, openApt } from './apt.js';
import { findLibraryFolders, findMissingLibraries, packageOfLibrary } from './shared-libraries.js';

export interface DebianSoftware<Program> {
  /** For a person: "Redis". */
  name: string;
  /** Begins the name of its folder in the cache. */
  key: string;
  /** Of the LabError when it cannot be had. */
  errorCode: string;
  /** What unpacks it: "run on MariaDB". */
  neededBy: string;
  /** How much that takes: "about 9 MB to fetch, 59 MB unpacked". */
  size: string;
  /** Sets of packages that bring it, best first. */
  packages: readonly (readonly string[])[];
  /** Paths in a package, one of which at least it must bring. */
  programs: readonly string[];
  /** Null when the program is there and runs, else why not. */
  tryProgram(program: ServerProgram): Promise<string | null>;
  /** What the rest of the lab takes it for. */
  describe(program: ServerProgram, origin: string): Program;
}

const DOES_NOT_RUN = 'what was unpacked does not run.';

/**
 * What was unpacked before, or is now. Null where there is no apt.
 * @throws LabError `errorCode`, CACHE_NOT_WRITABLE
 */
export async function unpackDebianSoftware<Program>(
  software: DebianSoftware<Program>,
  context: UnpackContext,
): Promise<Program | null> {
  const { environment, user, guardian, onMessage } = context;
  if (!hasDebianTools(environment)) return null;
  const system = await readSystem();
  const cache = await openCache(environment, user);
  const fail = failureOf(software);

  const program = await useCache({
    cache,
    key: debianCacheKey(software.key, system),
    guardian,
    find: (folder) => findProgram(software, folder, context),
    fill: async (folder) => {
      onMessage(`No ${software.name} is installed: unpacking this system's package into ${cache}.`);
      await unpack(software, folder, context, fail).catch((error: NodeJS.ErrnoException) => {
        // A full disk, say: then another source may still have it.
        throw error.syscall === undefined ? error : fail(error.message, error);
      });
      if (!(await findProgram(software, folder, context))) throw fail(DOES_NOT_RUN);
    },
  });
  if (!program) throw fail(DOES_NOT_RUN);
  return software.describe(program, `unpacked from ${system.families[0] ?? 'Debian'}'s package`);
}

/**
 * Where it would come from, for a person: a folder of the cache, or the system's packages, which it does
 * not fetch. Null where there is no apt.
 */
export async function lookForDebianSoftware(
  { key, neededBy, size }: Pick<DebianSoftware<unknown>, 'key' | 'neededBy' | 'size'>,
  environment: NodeJS.ProcessEnv,
): Promise<string | null> {
  if (!hasDebianTools(environment)) return null;
  const folderName = debianCacheKey(key, await readSystem());
  const kept = cacheBases(environment, process.getuid?.() === 0)
    .map((base) => join(base, LAB_NAME, folderName))
    .find((folder) => existsSync(folder));
  return kept
    ? `unpacked from the Debian package in ${kept}`
    : `none installed; the first ${neededBy} unpacks this system's package into the lab's cache (${size})`;
}

export function hasDebianTools(environment: NodeJS.ProcessEnv): boolean {
  return ['apt-get', 'apt-cache', 'dpkg-deb', 'ldd'].every((tool) => findOnPath(tool, environment));
}

/** A package fits one release of one distribution on one kind of processor. */
export function debianCacheKey(key: string, { families, version }: System): string {
  return [key, families[0] ?? 'debian', version, process.arch].join('-').replace(/[^\w.-]/g, '_');
}

async function findProgram<Program>(
  { programs, tryProgram }: DebianSoftware<Program>,
  folder: string,
  { user }: Pick<UnpackContext, 'user'>,
): Promise<ServerProgram | null> {
  const libraryFolders = await findLibraryFolders(folder);
  for (const path of programs) {
    // As root, root itself if need be: a cache that was named may be closed to other users.
    for (const runAs of user === null ? [null] : [user, null]) {
      const program = { command: join(folder, path), libraryFolders, user: runAs };
      if ((await tryProgram(program)) === null) return program;
    }
  }
  return null;
}

async function unpack<Program>(
  { packages, programs }: DebianSoftware<Program>,
  folder: string,
  context: UnpackContext,
  fail: Fail,
): Promise<void> {
  const work = join(folder, 'work');
  await mkdir(work);
  const apt = openApt(work, context, fail);
  let names: readonly string[] | undefined;
  for (const candidates of packages) {
    if (!(await apt.fetch(candidates))) continue;
    await extract(work, folder, context, fail);
    // In some releases a package of the name brings nothing and depends on one that does.
    if (!programs.some((path) => existsSync(join(folder, path)))) continue;
    names = candidates;
    break;
  }
  if (!names) throw fail(apt.problems.join(' ') || 'no package brings it.');

  // Libraries that this system lacks, until the loader is content; each may need further ones.
  for (let round = 1; ; round += 1) {
    const missing = await findMissingLibraries(folder, programs, context);
    if (missing.length === 0) break;
    const available = await apt.listDependencies(names);
    const wanted = missing.map((soname) => packageOfLibrary(soname, available));
    const unknown = missing.filter((_, index) => wanted[index] === undefined);
    if (unknown.length > 0 || round > 5) {
      const nowhere = (unknown.length ? unknown : missing).join(', ');
      throw fail(`no package is known for ${nowhere}`);
    }
    const libraries = [...new Set(wanted as string[])];
    if (!(await apt.fetch(libraries))) throw fail(apt.problems.join(' '));
    await extract(work, folder, context, fail);
  }
  await rm(work, { recursive: true });
}

async function extract(
  work: string,
  folder: string,
  context: UnpackContext,
  fail: Fail,
): Promise<void> {
  for (const file of await readdir(work)) {
    if (!file.endsWith('.deb')) continue;
    const { exitCode, stderr } = await runCommand('dpkg-deb', ['-x', join(work, file), folder], {
      environment: context.environment,
      guardian: context.guardian,
      signal: context.signal,
    });
    if (exitCode !== 0) throw fail(lastLines(stderr));
    await rm(join(work, file));
  }
}

/** Makes the error from the end of a sentence. */
type Fail = (reason: string, cause?: unknown) => LabError;

function failureOf({ name, errorCode }: Pick<DebianSoftware<never>, 'name' | 'errorCode'>): Fail {
  return (reason, cause) =>
    new LabError(
      errorCode,
      `${name} could not be unpacked from this system's packages: ${reason}`,
      { cause },
    );
}
