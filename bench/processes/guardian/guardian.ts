import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { MadeGroup } from '../cpu-limits/group-folder.js';
import { readStartTime } from '../process-identity.js';
import { MARK_VARIABLE } from './marked-processes.js';

/**
 * A small process beside the lab that outlives it only to clean up. It learns of the lab's end by
 * end-of-file on its standard input, which the system delivers however the lab ends, `kill -9` and a
 * crash included; no handler inside the lab could do that.
 */
export interface Guardian {
  /**
   * For the environment of every process that is to be watched. A process is started first and made
   * known after; should the lab be killed in between, this mark tells which lab it belongs to.
   */
  environment: Readonly<Record<string, string>>;
  /** To be ended when the lab is gone: `signal` (SIGTERM unless told otherwise), SIGKILL after 2 s. */
  watchProcess(pid: number, options?: WatchProcessOptions): void;
  forgetProcess(pid: number): void;
  /** Removed after the processes are gone. */
  watchFolder(path: string): void;
  forgetFolder(path: string): void;
  /** A container to be removed with `docker rm --force`. */
  watchContainer(name: string): void;
  forgetContainer(name: string): void;
  /** A control group: what is in it is moved home, then it is removed. */
  watchCpuGroup(group: MadeGroup): void;
  forgetCpuGroup(folder: string): void;
  /** Cleans up whatever is still watched and ends the guardian. Idempotent. */
  stop(): Promise<void>;
}

export interface WatchProcessOptions {
  /** Signals the whole process group that `pid` leads. */
  group?: boolean;
  /** What asks this process to end. PostgreSQL waits for its clients on SIGTERM, but not on SIGINT. */
  signal?: NodeJS.Signals;
}

/** What the lab writes to the guardian, one JSON text a line. */
export type GuardianMessage =
  | {
      watchProcess: { pid: number; startTime: string; group: boolean; signal: NodeJS.Signals };
    }
  | { forgetProcess: number }
  | { watchFolder: string }
  | { forgetFolder: string }
  | { watchContainer: string }
  | { forgetContainer: string }
  | { watchCpuGroup: MadeGroup }
  | { forgetCpuGroup: string };

export async function startGuardian(): Promise<Guardian> {
  const script = fileURLToPath(new URL('./guardian-process.js', import.meta.url));
  const mark = randomUUID();
  const child = spawn(process.execPath, [script, mark], {
    // A session of its own: Ctrl-C in the terminal, or its closing, must not reach the guardian.
    detached: true,
    // The lab's folder may be removed while the guardian works.
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
    windowsHide: true,
  });
  await once(child, 'spawn');
  // Neither the process nor its pipe may keep the lab running when it has nothing left to do.
  child.unref();
  (child.stdin as unknown as { unref?: () => void }).unref?.();
  // A guardian that was killed protects nothing any more, but must not take the lab with it.
  child.stdin.on('error', () => {});

  const send = (message: GuardianMessage) => {
    if (child.stdin.writable) child.stdin.write(`${JSON.stringify(message)}\n`);
  };
  let stopped: Promise<void> | undefined;

  return {
    environment: { [MARK_VARIABLE]: mark },
    watchProcess(pid, { group = false, signal = 'SIGTERM' } = {}) {
      // Read here and now: the caller has just started the process, so the pid is still its own.
      const startTime = readStartTime(pid);
      if (startTime !== null) send({ watchProcess: { pid, startTime, group, signal } });
    },
    forgetProcess: (pid) => send({ forgetProcess: pid }),
    watchFolder: (path) => send({ watchFolder: path }),
    forgetFolder: (path) => send({ forgetFolder: path }),
    watchContainer: (name) => send({ watchContainer: name }),
    forgetContainer: (name) => send({ forgetContainer: name }),
    watchCpuGroup: (group) => send({ watchCpuGroup: group }),
    forgetCpuGroup: (folder) => send({ forgetCpuGroup: folder }),
    stop() {
      stopped ??= (async () => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        child.ref();
        const exited = once(child, 'exit');
        child.stdin.end();
        await exited;
      })();
      return stopped;
    },
  };
}
