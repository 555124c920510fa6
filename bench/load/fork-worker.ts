/** A process of the lab that sends load: it is watched by the guardian, and spoken to over IPC. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Guardian } from '../processes/guardian/guardian.js';

/** @returns null where it could not start */
export function forkWorker(
  entry: URL,
  guardian: Guardian,
): { child: ChildProcess; pid: number } | null {
  const child = fork(fileURLToPath(entry), {
    detached: true,
    env: { ...process.env, ...guardian.environment },
    // Not what the lab itself was started with: a profiler, or a script given on the command line.
    execArgv: ['--enable-source-maps'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const { pid } = child;
  if (pid === undefined) return null;
  guardian.watchProcess(pid);
  child.once('exit', () => guardian.forgetProcess(pid));
  return { child, pid };
}
