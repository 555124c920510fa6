import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { LabError } from '../model/errors.js';
import type { Guardian } from './guardian/guardian.js';
import type { OrdinaryUser } from './ordinary-user.js';
import { likeAnyOther } from './priority.js';

/** A server the lab has started. */
export interface ServerProcess {
  pid: number;
  /** Resolves when it has ended, by whatever cause: with "SIGKILL" or "code 1". */
  ended: Promise<string>;
  hasEnded(): boolean;
  /** The end of what it wrote to its log. */
  readLog(): Promise<string>;
  /** Sends the signals in turn, each after the wait of the one before, until it has ended. */
  stop(): Promise<void>;
  /** SIGKILL. Resolves when it has ended. */
  kill(): Promise<void>;
}

export interface ServerCommand {
  /** For messages: "PostgreSQL". */
  name: string;
  command: string;
  args: string[];
  /** Written to its standard input: a configuration with a password is not for the command line. */
  input?: string;
  cwd: string;
  environment: NodeJS.ProcessEnv;
  logFile: string;
  user: OrdinaryUser | null;
  /** What asks it to end, and how long it gets for each. */
  stopSignals: { signal: NodeJS.Signals; waitMs: number }[];
}

export async function startServerProcess(
  server: ServerCommand,
  guardian: Guardian,
): Promise<ServerProcess> {
  const log = await open(server.logFile, 'a', 0o600);
  let child: ChildProcess;
  try {
    child = spawn(server.command, server.args, {
      cwd: server.cwd,
      env: { ...server.environment, ...guardian.environment },
      // A session of its own: Ctrl-C in the terminal reaches the lab, and the lab stops the servers.
      detached: true,
      stdio: [server.input === undefined ? 'ignore' : 'pipe', log.fd, log.fd],
      windowsHide: true,
      ...(server.user && { uid: server.user.uid, gid: server.user.gid }),
    });
    child.stdin?.on('error', () => {}); // it ended before it read: seen as its end
    child.stdin?.end(server.input);
    if (child.pid === undefined) {
      const [cause] = (await once(child, 'error')) as [Error];
      throw new LabError(
        'SERVER_NOT_STARTED',
        `${server.name} (${server.command}) cannot be started: ${cause.message}.`,
        { cause },
      );
    }
  } finally {
    await log.close();
  }
  const pid = child.pid;
  likeAnyOther(pid);
  const running = child;
  const [first] = server.stopSignals;
  guardian.watchProcess(pid, { group: true, ...(first && { signal: first.signal }) });
  const hasEnded = () => running.exitCode !== null || running.signalCode !== null;
  const ended = once(running, 'exit').then(([code, signal]) => String(signal ?? `code ${code}`));
  running.unref(); // the guardian, not an open handle, sees to its end

  return {
    pid,
    ended,
    hasEnded,
    readLog: async () =>
      (await readFile(server.logFile, 'utf8').catch(() => '')).slice(-4_000).trim(),
    async kill() {
      running.ref();
      running.kill('SIGKILL');
      await ended;
      guardian.forgetProcess(pid);
    },
    async stop() {
      running.ref();
      for (const { signal, waitMs } of [
        ...server.stopSignals,
        { signal: 'SIGKILL', waitMs: 5_000 },
      ] as const) {
        if (hasEnded()) break;
        running.kill(signal);
        const waiting = new AbortController();
        await Promise.race([
          ended,
          delay(waitMs, undefined, { signal: waiting.signal }).catch(() => {}),
        ]);
        waiting.abort();
      }
      guardian.forgetProcess(pid);
    },
  };
}
