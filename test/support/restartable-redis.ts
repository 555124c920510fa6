import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { makePrivateFolder, makeRunFolder } from '../../bench/processes/folders/run-folder.js';
import { type Guardian, startGuardian } from '../../bench/processes/guardian/guardian.js';
import { chooseOrdinaryUser } from '../../bench/processes/ordinary-user.js';
import { findFreePort } from '../../bench/processes/ports/free-port.js';
import { askRedis } from '../../bench/stores/redis/info.js';
import { findRedisOnPath, unpackDebianRedis } from '../../bench/stores/redis/program.js';
import { redisConfiguration } from '../../bench/stores/redis/server.js';
import { eventually } from './eventually.js';

/** A real Redis that a test kills and starts again, empty, on the same port. */
export interface RestartableRedis {
  readonly url: string;
  /** Of the server that runs now. */
  pid(): number;
  /** Ends it as `kill -9` does. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Kills it and removes its files. */
  remove(): Promise<void>;
}

export async function createRestartableRedis(): Promise<RestartableRedis> {
  const guardian: Guardian = await startGuardian();
  const environment = { ...process.env };
  const user = await chooseOrdinaryUser();
  const runFolder = await makeRunFolder(guardian, user, environment);
  const context = {
    onMessage: () => {},
    signal: new AbortController().signal,
    environment,
    guardian,
    user,
    runFolder,
  };
  const program = (await findRedisOnPath(context)) ?? (await unpackDebianRedis(context));
  if (program === null) {
    throw new Error('these tests need redis-server on PATH or Debian packages to unpack it from');
  }
  const folder = await makePrivateFolder(runFolder, 'restartable', program.user);
  const port = await findFreePort();
  const password = randomBytes(18).toString('base64url');
  const url = `redis://:${password}@127.0.0.1:${port}`;

  let server: ChildProcess | undefined;
  const pid = () => server?.pid as number;
  const start = async () => {
    server = spawn(program.command, ['-'], {
      cwd: folder,
      env: { PATH: '/usr/bin:/bin', LD_LIBRARY_PATH: program.libraryFolders.join(':') },
      stdio: ['pipe', 'ignore', 'ignore'],
      ...(program.user && { uid: program.user.uid, gid: program.user.gid }),
    });
    guardian.watchProcess(pid());
    server.stdin?.end(redisConfiguration({ port, password, folder }));
    await eventually(
      async () => (await askRedis(url, 500).catch(() => undefined)) !== undefined,
      'Redis answers',
    );
  };
  const kill = async () => {
    if (server !== undefined && server.exitCode === null && server.signalCode === null) {
      const ended = once(server, 'exit');
      server.kill('SIGKILL');
      await ended;
      guardian.forgetProcess(pid());
    }
  };
  await start();
  return {
    url,
    pid,
    kill,
    start,
    remove: async () => {
      await kill();
      await rm(runFolder, { recursive: true, force: true });
      guardian.forgetFolder(runFolder);
      await guardian.stop();
    },
  };
}
