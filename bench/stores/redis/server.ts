import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { LabError } from '../../model/errors.js';
import { makePrivateFolder } from '../../processes/folders/run-folder.js';
import { startServerProcess } from '../../processes/server-process.js';
import { serveOnFreePort } from '../serve-on-free-port.js';
import type { StartContext, StartedStore } from '../store.js';
import { askRedis, describeRedis } from './info.js';
import { type RedisProgram, redisEnvironment } from './program.js';

/** Starts it for this run alone: own port, own password, own folder, nothing written to disk. */
export async function serveRedis(
  program: RedisProgram,
  context: StartContext,
): Promise<StartedStore> {
  const folder = await makePrivateFolder(context.runFolder, 'redis', program.user);
  const password = randomBytes(18).toString('base64url');
  const started = await serveOnFreePort(
    {
      product: 'Redis',
      urlOf: (port) => `redis://:${password}@127.0.0.1:${port}`,
      start: (port, attempt) =>
        startServerProcess(
          {
            name: 'Redis',
            command: program.command,
            args: ['-'],
            // Read from standard input: a password on the command line is there for all to see.
            input: redisConfiguration({ port, password, folder }),
            cwd: folder,
            environment: redisEnvironment(program, folder),
            logFile: join(folder, `server-${attempt}.log`),
            user: program.user,
            stopSignals: [{ signal: 'SIGTERM', waitMs: 2_000 }],
          },
          context.guardian,
        ),
      ask: async (url) => describeRedis(await askRedis(url, 2_000)),
      waitSeconds: 15,
      failed,
    },
    context.signal,
  );
  return {
    ...started,
    startedBy: `${program.name}${program.user ? ` as user ${program.user.name}` : ''} (no persistence)`,
  };
}

/** The text of a redis.conf; what it leaves out is Redis's own default. */
export function redisConfiguration(options: {
  port: number;
  password: string;
  folder: string;
}): string {
  return [
    'bind 127.0.0.1',
    'protected-mode yes',
    `port ${options.port}`,
    // Other users of this machine can reach a loopback port.
    `requirepass ${options.password}`,
    // Sessions of a run are not worth keeping, and a snapshot would fork in the middle of a trial.
    'save ""',
    'appendonly no',
    `dir "${options.folder.replaceAll('\\', '/')}"`,
    'daemonize no',
    'loglevel warning',
    '',
  ].join('\n');
}

function failed(what: string, log: string, cause?: unknown): LabError {
  return new LabError('REDIS_FAILED', `The lab's own Redis ${what}. Its last words:\n${log}`, {
    cause,
  });
}
