import { randomBytes } from 'node:crypto';
import { chown, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LabError } from '../errors.js';
import { findFreePort } from './free-port.js';
import { makePrivateFolder } from './lab-folders.js';
import { connectMariadb, readMariadbVersion } from './mariadb-connection.js';
import { type MariadbProgram, mariadbEnvironment } from './mariadb-program.js';
import { describeFailure } from './postgres-connection.js';
import { runCommand } from './run-command.js';
import { type ServerProcess, startServerProcess } from './server-process.js';
import type { StartContext, StartedStore } from './stores.js';

/** How the server is set, for the reasons given for PostgreSQL (docs/stores.md). */
const settings: Record<string, string> = {
  'bind-address': '127.0.0.1',
  // TCP only in effect: the path lies in the data folder, which nobody else can enter.
  socket: 's',
  // An address is an address: no name server is asked who connects.
  'skip-name-resolve': 'ON',
  'max-connections': '300',
  'innodb-buffer-pool-size': '128M',
  'innodb-log-file-size': '32M',
  // No waiting for the disk; the data is thrown away.
  'innodb-flush-log-at-trx-commit': '0',
  'innodb-doublewrite': 'OFF',
  'performance-schema': 'OFF',
  'character-set-server': 'utf8mb4',
  'collation-server': 'utf8mb4_bin',
};
const statedSettings = [
  'innodb-flush-log-at-trx-commit',
  'innodb-doublewrite',
  'innodb-buffer-pool-size',
]
  .map((name) => `${name}=${settings[name]}`)
  .join(', ');

const account = 'lab';
const database = 'lab';

/**
 * A MariaDB of this run's own: own port, own password, own folder.
 * @throws {LabError} MARIADB_FAILED
 */
export async function serveMariadb(
  program: MariadbProgram,
  context: StartContext,
): Promise<StartedStore> {
  const { runFolder, signal } = context;
  const home = await makePrivateFolder(runFolder, 'mariadb', program.user);
  await initialise(program, home, context);
  const password = randomBytes(18).toString('base64url');
  const accountFile = await writeAccount(program, home, password);

  for (let attempt = 1; ; attempt += 1) {
    const port = await findFreePort();
    const url = `mysql://${account}:${password}@127.0.0.1:${port}/${database}`;
    const server = await startServerProcess(
      {
        name: 'MariaDB',
        command: program.command,
        args: [
          ...commonArguments(program, home),
          `--port=${port}`,
          `--init-file=${accountFile}`,
          ...Object.entries(settings).map(([name, value]) => `--${name}=${value}`),
        ],
        cwd: home,
        environment: mariadbEnvironment(program, home),
        logFile: join(home, `server-${attempt}.log`),
        user: program.user,
        stopSignals: [{ signal: 'SIGTERM', waitMs: 5_000 }],
      },
      context.guardian,
    );
    try {
      const version = await waitUntilReady(server, url, signal);
      await rm(accountFile);
      return {
        url,
        startedBy: `${program.name} ${program.user ? `as user ${program.user.name} ` : ''}(${statedSettings})`,
        version,
        pid: server.pid,
        stop: () => server.stop(),
      };
    } catch (error) {
      await server.stop();
      if (attempt < 5 && error instanceof LabError && error.code === 'PORT_TAKEN') continue;
      throw error;
    }
  }
}

/** Defaults come first: `--no-defaults` is read only there. */
function commonArguments({ baseFolder }: MariadbProgram, home: string): string[] {
  return [
    '--no-defaults',
    ...(baseFolder === null
      ? []
      : [`--basedir=${baseFolder}`, `--lc-messages-dir=${join(baseFolder, 'share', 'mariadb')}`]),
    `--datadir=${join(home, 'data')}`,
    `--tmpdir=${home}`,
  ];
}

async function initialise(
  program: MariadbProgram,
  home: string,
  { guardian, signal }: StartContext,
): Promise<void> {
  const { exitCode, stdout, stderr } = await runCommand(
    program.installCommand,
    [
      ...commonArguments(program, home),
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
      '--skip-name-resolve',
      `--innodb-log-file-size=${settings['innodb-log-file-size']}`,
      '--innodb-flush-log-at-trx-commit=0',
    ],
    {
      cwd: home,
      environment: mariadbEnvironment(program, home),
      uid: program.user?.uid,
      gid: program.user?.gid,
      signal,
      guardian,
    },
  );
  if (exitCode !== 0) throw failed('cannot create its data folder', `${stdout}\n${stderr}`.trim());
}

/**
 * Read by the server before it answers anybody: the accounts that came with the data folder have no
 * password, and other users of this machine can reach a loopback port.
 */
async function writeAccount(
  { user }: MariadbProgram,
  home: string,
  password: string,
): Promise<string> {
  const file = join(home, 'account.sql');
  const statements = [
    "DELETE FROM mysql.global_priv WHERE User <> 'mariadb.sys'",
    'FLUSH PRIVILEGES',
    `CREATE DATABASE IF NOT EXISTS ${database}`,
    `CREATE OR REPLACE USER ${account}@'127.0.0.1' IDENTIFIED BY '${password}'`,
    `GRANT ALL PRIVILEGES ON *.* TO ${account}@'127.0.0.1'`,
  ];
  await writeFile(file, statements.map((statement) => `${statement};\n`).join(''), { mode: 0o600 });
  if (user) await chown(file, user.uid, user.gid);
  return file;
}

async function waitUntilReady(
  server: ServerProcess,
  url: string,
  signal: AbortSignal,
): Promise<string> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    signal.throwIfAborted();
    if (server.hasEnded()) {
      const log = await server.readLog();
      if (/address already in use/i.test(log)) {
        throw new LabError('PORT_TAKEN', 'Another process took the port meant for MariaDB.');
      }
      throw failed('ended while it started', log);
    }
    try {
      const connection = await connectMariadb(url, 2_000);
      try {
        return await readMariadbVersion(connection);
      } finally {
        await connection.end();
      }
    } catch (cause) {
      if (performance.now() > deadline) {
        throw failed(
          `did not answer within 30 s (${describeFailure(cause)})`,
          await server.readLog(),
          cause,
        );
      }
      await delay(30);
    }
  }
}

function failed(what: string, log: string, cause?: unknown): LabError {
  return new LabError(
    'MARIADB_FAILED',
    `The lab's own MariaDB ${what}. Set MARIADB_URL to use another server. Its last words:\n${log}`,
    { cause },
  );
}
