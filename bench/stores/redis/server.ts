/** A redis-server of the lab's own. */

import { chown, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../../model/errors.js';
import { makePrivateFolder } from '../../processes/folders/run-folder.js';
import { findFreePort } from '../../processes/ports/free-port.js';
import { startServerProcess } from '../../processes/server-process.js';
import { newPassword } from '../password.js';
import { serveOnFreePort } from '../serve-on-free-port.js';
import type { StartContext, StartedStore } from '../store.js';
import { askRedis, describeRedis } from './info.js';
import { type RedisProgram, redisEnvironment } from './program.js';

/** Starts it for this run alone: own port, own password, own folder, nothing written to disk. */
export async function serveRedis(
  program: RedisProgram,
  context: StartContext,
): Promise<StartedStore> {
  const started = await serveMember(program, context, { name: 'redis', password: newPassword() });
  return { ...started, startedBy: `${whoRuns(program)} (no persistence)` };
}

/** "redis-server on PATH as user nobody" */
export function whoRuns(program: RedisProgram): string {
  return `${program.name}${program.user ? ` as user ${program.user.name}` : ''}`;
}

export interface MemberOptions {
  /** Of its folder. */
  readonly name: string;
  readonly password: string;
  /** Lines of its configuration beside the usual. */
  readonly more?: readonly string[];
  /** Whether it speaks with other nodes, on a second port. */
  readonly isNode?: boolean;
  /** Of a Sentinel, which writes what it learns into its configuration: the first lines of that. */
  readonly sentinel?: readonly string[];
}

/** One server, alone or of several. @throws LabError REDIS_FAILED, PORT_TAKEN */
export async function serveMember(
  program: RedisProgram,
  context: StartContext,
  { name, password, more = [], isNode = false, sentinel }: MemberOptions,
): Promise<Omit<StartedStore, 'startedBy'>> {
  const folder = await makePrivateFolder(context.runFolder, name, program.user);
  // The same again when it is started again; another when another process has its port.
  const nodePorts = new Map<number, number>();
  const asNode = async (port: number) => {
    const own = nodePorts.get(port) ?? (await findFreePort());
    nodePorts.set(port, own);
    // By default the port and 10,000 more, which is no port for the half of those that are free.
    return [`cluster-port ${own}`];
  };
  return serveOnFreePort(
    {
      product: 'Redis',
      urlOf: (port) => `redis://:${password}@127.0.0.1:${port}`,
      start: async (port, attempt) => {
        const file = join(folder, `sentinel-${port}.conf`);
        if (sentinel !== undefined)
          await writeSentinelFile(file, port, password, sentinel, program);
        const lines = [
          redisConfiguration({ port, password, folder }),
          ...(isNode ? await asNode(port) : []),
          ...more,
          '',
        ];
        return startServerProcess(
          {
            name: 'Redis',
            command: program.command,
            ...(sentinel === undefined
              ? {
                  args: ['-'],
                  // Read from standard input: a password on the command line is there for all to see.
                  input: lines.join('\n'),
                }
              : { args: [file, '--sentinel'] }),
            cwd: folder,
            environment: redisEnvironment(program, folder),
            logFile: join(folder, `server-${attempt}.log`),
            user: program.user,
            stopSignals: [{ signal: 'SIGTERM', waitMs: 2_000 }],
          },
          context.guardian,
        );
      },
      ask: async (url) => describeRedis(await askRedis(url, 2_000)),
      waitSeconds: 15,
      failed,
    },
    context.signal,
  );
}

/** Once: after that it is the Sentinel's. */
async function writeSentinelFile(
  file: string,
  port: number,
  password: string,
  lines: readonly string[],
  { user }: RedisProgram,
): Promise<void> {
  const text = [
    'bind 127.0.0.1',
    `port ${port}`,
    `requirepass ${password}`,
    `sentinel sentinel-pass ${password}`,
    'loglevel warning',
    ...lines,
    '',
  ].join('\n');
  try {
    await writeFile(file, text, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
    throw error;
  }
  if (user) await chown(file, user.uid, user.gid);
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
