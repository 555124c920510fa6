import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LabError } from '../errors.js';
import { findOnPath } from './find-on-path.js';
import { readSystem, type System } from './install-advice.js';
import { openCache, useCache } from './lab-folders.js';
import { redisServerNames } from './redis-on-path.js';
import { type RedisProgram, tryRedis } from './redis-server.js';
import { type CommandResult, runCommand } from './run-command.js';
import type { StartContext } from './stores.js';

/** Packages that bring a server, best first; the second of each holds the program itself. */
const packages = [
  ['redis-server', 'redis-tools'],
  ['valkey-server', 'valkey-tools'],
];

/**
 * The distribution's own Redis, fetched and unpacked into the lab's cache: not installed, no root
 * needed, and none of the system's folders written. Null where there is no apt.
 * @throws {LabError} REDIS_NOT_UNPACKED, CACHE_NOT_WRITABLE
 */
export async function unpackDebianRedis(context: StartContext): Promise<RedisProgram | null> {
  const { environment, user, guardian, onMessage } = context;
  if (!hasDebianTools(environment)) return null;
  const system = await readSystem();
  const cache = await openCache(environment, user);
  const key = debianCacheKey(system);
  const name = `redis-server unpacked from ${system.families[0] ?? 'Debian'}'s package`;

  const program = await useCache({
    cache,
    key,
    guardian,
    find: (folder) => findProgram(folder, name, context),
    fill: async (folder) => {
      onMessage(`No Redis is installed: unpacking this system's package into ${cache}.`);
      await unpack(folder, context).catch((error: NodeJS.ErrnoException) => {
        // A full disk, say: then Docker may still have a Redis.
        throw error.syscall === undefined ? error : notUnpacked(error.message, error);
      });
      if (!(await findProgram(folder, name, context))) {
        throw notUnpacked('what was unpacked does not run.');
      }
    },
  });
  if (!program) throw notUnpacked('what was unpacked does not run.');
  return program;
}

export function hasDebianTools(environment: NodeJS.ProcessEnv): boolean {
  return ['apt-get', 'apt-cache', 'dpkg-deb', 'ldd'].every((tool) => findOnPath(tool, environment));
}

/** A package fits one release of one distribution on one kind of processor. */
export function debianCacheKey({ families, version }: System): string {
  return ['redis', families[0] ?? 'debian', version, process.arch]
    .join('-')
    .replace(/[^\w.-]/g, '_');
}

async function findProgram(
  folder: string,
  name: string,
  { user }: Pick<StartContext, 'user'>,
): Promise<RedisProgram | null> {
  const libraryFolders = await findLibraryFolders(folder);
  for (const server of redisServerNames) {
    const command = join(folder, 'usr', 'bin', server);
    // As root, root itself if need be: a cache that was named may be closed to other users.
    for (const runAs of user === null ? [null] : [user, null]) {
      const program = { command, name, libraryFolders, user: runAs };
      if ((await tryRedis(program)) === null) return program;
    }
  }
  return null;
}

async function unpack(folder: string, context: StartContext): Promise<void> {
  const work = join(folder, 'work');
  await mkdir(work);
  const apt = new Apt(work, context);
  let names: string[] | undefined;
  for (const candidates of packages) {
    if (await apt.fetch(candidates)) {
      names = candidates;
      break;
    }
  }
  if (!names) throw notUnpacked(apt.problems.join(' '));
  await extract(work, folder, context);

  // Libraries that this system lacks, until the loader is content; each may need further ones.
  for (let round = 1; ; round += 1) {
    const missing = await findMissingLibraries(folder, context);
    if (missing.length === 0) break;
    const available = await apt.listDependencies(names);
    const wanted = missing.map((soname) => packageOfLibrary(soname, available));
    const unknown = missing.filter((_, index) => wanted[index] === undefined);
    if (unknown.length > 0 || round > 5) {
      throw notUnpacked(
        `no package is known for ${(unknown.length ? unknown : missing).join(', ')}`,
      );
    }
    const libraries = [...new Set(wanted as string[])];
    if (!(await apt.fetch(libraries))) throw notUnpacked(apt.problems.join(' '));
    await extract(work, folder, context);
  }
  await rm(work, { recursive: true });
}

/** apt with its own lists, cache and state, so that it needs no rights and disturbs nobody. */
class Apt {
  readonly problems: string[] = [];
  private ownLists = false;

  constructor(
    private readonly work: string,
    private readonly context: StartContext,
  ) {}

  /** Downloads packages into the work folder; false when they cannot be had. */
  async fetch(names: string[]): Promise<boolean> {
    const result = await this.run('apt-get', ['download', ...names]);
    if (result.exitCode === 0) return true;
    if (this.ownLists) {
      this.problems.push(lastLines(result.stderr));
      return false;
    }
    // The system's lists are missing, as on a new machine, or so old that the packages have moved.
    this.ownLists = true;
    this.context.onMessage('Fetching the package lists (into a folder of the lab).');
    const update = await this.run('apt-get', ['update']);
    // One repository that fails, of several, is no reason to stop: the download decides.
    if (await this.fetch(names)) return true;
    // apt takes it for a success when no server could be reached.
    const unreachable = findNetworkProblem(update.stderr);
    if (unreachable) {
      throw notUnpacked(
        `the package servers cannot be reached (${unreachable}). Connect this machine to the network for its first run.`,
      );
    }
    if (update.exitCode !== 0) this.problems.unshift(lastLines(update.stderr));
    return false;
  }

  /** Every package that these depend on, at whatever distance. */
  async listDependencies(names: string[]): Promise<string[]> {
    const { stdout } = await this.run('apt-cache', [
      'depends',
      '--recurse',
      ...['--no-recommends', '--no-suggests', '--no-conflicts', '--no-breaks'],
      ...['--no-replaces', '--no-enhances', '--no-pre-depends'],
      ...names,
    ]);
    return [...new Set(stdout.split('\n').filter((line) => /^[a-z0-9]/.test(line)))];
  }

  private async run(command: string, args: string[]): Promise<CommandResult> {
    const { environment, guardian, signal } = this.context;
    const configuration = join(this.work, 'apt.conf');
    await writeFile(configuration, aptConfiguration(this.work, this.ownLists));
    for (const folder of ['cache/archives/partial', 'state/lists/partial']) {
      await mkdir(join(this.work, folder), { recursive: true });
    }
    return runCommand(command, ['--config-file', configuration, '--quiet=2', ...args], {
      cwd: this.work,
      environment: { ...environment, LC_ALL: 'C' },
      timeoutSeconds: 180,
      guardian,
      signal,
    });
  }
}

/** apt.conf(5), read after the system's own files. */
export function aptConfiguration(work: string, ownLists: boolean): string {
  const lines = [
    `Dir::Cache "${work}/cache";`,
    `Dir::Cache::archives "${work}/cache/archives";`,
    // As root, apt would fetch as the user _apt, who cannot enter this folder.
    'APT::Sandbox::User "root";',
    'APT::Get::AllowUnauthenticated "false";',
    'Acquire::Retries "1";',
    'Acquire::http::Timeout "20";',
    'Acquire::https::Timeout "20";',
    'Acquire::Languages "none";',
    // Hooks of the system, for its own lists, and indexes that only software centres read.
    '#clear APT::Update::Pre-Invoke;',
    '#clear APT::Update::Post-Invoke;',
    '#clear APT::Update::Post-Invoke-Success;',
    ...['Contents-deb', 'DEP-11', 'DEP-11-icons-small', 'DEP-11-icons', 'CNF'].map(
      (target) => `Acquire::IndexTargets::deb::${target}::DefaultEnabled "false";`,
    ),
  ];
  if (ownLists) {
    lines.push(
      `Dir::State "${work}/state";`,
      `Dir::State::lists "${work}/state/lists";`,
      'Dir::State::status "/var/lib/dpkg/status";',
    );
  }
  return `${lines.join('\n')}\n`;
}

/** What apt says of a server that it could not reach, or null. */
export function findNetworkProblem(aptErrors: string): string | null {
  const match =
    /(Temporary failure resolving|Could not resolve|Could not connect to|Cannot initiate the connection to|Unable to connect to|Connection timed out|Connection failed)[^\n]*/i.exec(
      aptErrors,
    );
  return match?.[0].trim() ?? null;
}

async function extract(work: string, folder: string, context: StartContext): Promise<void> {
  for (const file of await readdir(work)) {
    if (!file.endsWith('.deb')) continue;
    const { exitCode, stderr } = await runCommand('dpkg-deb', ['-x', join(work, file), folder], {
      environment: context.environment,
      guardian: context.guardian,
      signal: context.signal,
    });
    if (exitCode !== 0) throw notUnpacked(lastLines(stderr));
    await rm(join(work, file));
  }
}

async function findMissingLibraries(folder: string, context: StartContext): Promise<string[]> {
  const libraryFolders = await findLibraryFolders(folder);
  const missing = new Set<string>();
  for (const server of redisServerNames) {
    const { stdout } = await runCommand('ldd', [join(folder, 'usr', 'bin', server)], {
      environment: {
        ...context.environment,
        LC_ALL: 'C',
        ...(libraryFolders.length > 0 && { LD_LIBRARY_PATH: libraryFolders.join(':') }),
      },
      signal: context.signal,
    });
    for (const soname of parseMissingLibraries(stdout)) missing.add(soname);
  }
  return [...missing];
}

/** The names that ldd reports as "not found". */
export function parseMissingLibraries(lddOutput: string): string[] {
  return [...lddOutput.matchAll(/^\s*(\S+) => not found$/gm)].map((match) => match[1] as string);
}

/**
 * The package of a library among those available. Debian Policy 8.1 derives the one name from the
 * other: libssl.so.3 is in libssl3, liblua5.1.so.0 in liblua5.1-0; "t64" marks those rebuilt in 2024
 * for 64-bit time.
 */
export function packageOfLibrary(soname: string, available: readonly string[]): string | undefined {
  const wanted = soname.replace('.so.', '').toLowerCase();
  const normalise = (name: string) => name.replace(/:.*$/, '').replace(/t64$/, '');
  return available.find((name) => {
    const plain = normalise(name);
    return plain.replaceAll('-', '') === wanted.replaceAll('-', '').replaceAll('_', '');
  });
}

/** Folders under `folder` that hold shared libraries. */
async function findLibraryFolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true }).catch(() => []);
  return [
    ...new Set(
      entries.filter((name) => /\.so(\.|$)/.test(name)).map((name) => join(folder, dirname(name))),
    ),
  ];
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-3).join(' ');
}

function notUnpacked(reason: string, cause?: unknown): LabError {
  return new LabError(
    'REDIS_NOT_UNPACKED',
    `Redis could not be unpacked from this system's packages: ${reason}`,
    { cause },
  );
}
