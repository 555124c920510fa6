/**
 * apt with its own lists, cache and state, so that it needs no rights and disturbs nobody.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../../processes/folders/make-folder.js';
import { type CommandResult, runCommand } from '../../processes/run-command.js';
import type { UnpackContext } from '../store.js';

export interface Apt {
  /** What went wrong so far, a sentence each. */
  readonly problems: readonly string[];
  /**
   * Downloads packages into the work folder; false when they cannot be had.
   * @throws what `fail` makes of it when no package server can be reached
   */
  fetch(names: readonly string[]): Promise<boolean>;
  /** Every package that these depend on, at whatever distance. */
  listDependencies(names: readonly string[]): Promise<string[]>;
}

/**
 * @param work a folder for packages, lists and the cache; whoever made it removes it
 * @param fail makes the error from the end of a sentence
 */
export function openApt(
  work: string,
  context: UnpackContext,
  fail: (reason: string) => Error,
): Apt {
  const problems: string[] = [];
  let ownLists = false;

  async function run(command: string, args: readonly string[]): Promise<CommandResult> {
    const { environment, guardian, signal } = context;
    const configuration = join(work, 'apt.conf');
    await writeFile(configuration, aptConfiguration(work, ownLists));
    for (const folder of ['cache/archives/partial', 'state/lists/partial']) {
      await makeFolder(join(work, folder));
    }
    return runCommand(command, ['--config-file', configuration, '--quiet=2', ...args], {
      cwd: work,
      environment: { ...environment, LC_ALL: 'C' },
      timeoutSeconds: 180,
      guardian,
      signal,
    });
  }

  return {
    problems,
    async fetch(names) {
      const result = await run('apt-get', ['download', ...names]);
      if (result.exitCode === 0) return true;
      if (ownLists) {
        problems.push(lastLines(result.stderr));
        return false;
      }
      // The system's lists are missing, as on a new machine, or so old that the packages have moved.
      ownLists = true;
      context.onMessage('Fetching the package lists (into a folder of the lab).');
      const update = await run('apt-get', ['update']);
      // One repository that fails, of several, is no reason to stop: the download decides.
      if (await this.fetch(names)) return true;
      // apt takes it for a success when no server could be reached.
      const unreachable = findNetworkProblem(update.stderr);
      if (unreachable) {
        throw fail(
          `the package servers cannot be reached (${unreachable}). Connect this machine to the network for its first run.`,
        );
      }
      if (update.exitCode !== 0) problems.unshift(lastLines(update.stderr));
      return false;
    },
    async listDependencies(names) {
      const { stdout } = await run('apt-cache', [
        'depends',
        '--recurse',
        ...['--no-recommends', '--no-suggests', '--no-conflicts', '--no-breaks'],
        ...['--no-replaces', '--no-enhances', '--no-pre-depends'],
        ...names,
      ]);
      return [...new Set(stdout.split('\n').filter((line) => /^[a-z0-9]/.test(line)))];
    },
  };
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

export function lastLines(text: string): string {
  return text.trim().split('\n').slice(-3).join(' ');
}
