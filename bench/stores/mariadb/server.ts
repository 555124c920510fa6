import { chown, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../../model/errors.js';
import { makePrivateFolder } from '../../processes/folders/run-folder.js';
import { runCommand } from '../../processes/run-command.js';
import { startServerProcess } from '../../processes/server-process.js';
import { programEnvironment } from '../../processes/server-program.js';
import { newPassword } from '../password.js';
import { serveOnFreePort } from '../serve-on-free-port.js';
import type { StartContext, StartedStore } from '../store.js';
import { connectMariadb, readMariadbVersion } from './connection.js';
import type { MariadbProgram } from './program.js';

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
 * @throws LabError MARIADB_FAILED
 */
export async function serveMariadb(
  program: MariadbProgram,
  context: StartContext,
): Promise<StartedStore> {
  const { runFolder } = context;
  const home = await makePrivateFolder(runFolder, 'mariadb', program.user);
  await initialise(program, home, context);
  const password = newPassword();
  const accountFile = await writeAccount(program, home, password);

  const started = await serveOnFreePort(
    {
      product: 'MariaDB',
      urlOf: (port) => `mysql://${account}:${password}@127.0.0.1:${port}/${database}`,
      start: (port, attempt) =>
        startServerProcess(
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
            environment: programEnvironment(program, home),
            logFile: join(home, `server-${attempt}.log`),
            user: program.user,
            stopSignals: [{ signal: 'SIGTERM', waitMs: 5_000 }],
          },
          context.guardian,
        ),
      ask: async (url) => {
        const connection = await connectMariadb(url, 2_000);
        try {
          return await readMariadbVersion(connection);
        } finally {
          await connection.end();
        }
      },
      waitSeconds: 30,
      failed,
    },
    context.signal,
  );
  await rm(accountFile);
  return {
    ...started,
    startedBy: `${program.name} ${program.user ? `as user ${program.user.name} ` : ''}(${statedSettings})`,
  };
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
      environment: programEnvironment(program, home),
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

function failed(what: string, log: string, cause?: unknown): LabError {
  return new LabError(
    'MARIADB_FAILED',
    `The lab's own MariaDB ${what}. Set MARIADB_URL to use another server. Its last words:\n${log}`,
    { cause },
  );
}
