import { spawnSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { isRunning, readStartTime } from '../process-identity.js';

export interface WatchedProcess {
  pid: number;
  startTime: string;
  /** `pid` leads a process group, and the whole group is meant. */
  group: boolean;
  /** What asks the process to end. */
  signal: NodeJS.Signals;
}

/**
 * Asks a process to end, kills it when it has not ended after `killAfterMs`, and resolves when it is
 * gone (or cannot be ended, after 2 s more). A pid that another process has got since is left alone.
 */
export async function endProcess(watched: WatchedProcess, killAfterMs = 2_000): Promise<void> {
  const { pid, startTime, signal } = watched;
  if (isRunning(pid, startTime)) {
    send(watched, signal);
    if (!(await isGone(pid, startTime, killAfterMs))) {
      send(watched, 'SIGKILL');
      await isGone(pid, startTime, 2_000);
    }
  }
  endOrphans(watched);
}

/**
 * What the leader left behind in its group. The system gives no new process the number of a group
 * that still has members, so a group with a number that no process has is still the one that was watched.
 */
function endOrphans(watched: WatchedProcess): void {
  if (!watched.group || process.platform === 'win32') return;
  const startTime = readStartTime(watched.pid);
  if (startTime === null || startTime === watched.startTime) send(watched, 'SIGKILL');
}

function send({ pid, group }: WatchedProcess, signal: NodeJS.Signals): void {
  if (process.platform === 'win32') {
    // Windows has neither signals nor process groups; /T ends the tree that `pid` started.
    spawnSync('taskkill', ['/PID', String(pid), '/T', '/F'], { windowsHide: true });
    return;
  }
  try {
    process.kill(group ? -pid : pid, signal);
  } catch {
    // ESRCH: it ended in between.
  }
}

async function isGone(pid: number, startTime: string, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (isRunning(pid, startTime)) {
    if (performance.now() > deadline) return false;
    await delay(20);
  }
  return true;
}
