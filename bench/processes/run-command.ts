import { spawn } from 'node:child_process';
import { LabError } from '../model/errors.js';
import type { Guardian } from './guardian/guardian.js';

export interface CommandOptions {
  cwd?: string;
  environment?: NodeJS.ProcessEnv;
  uid?: number;
  gid?: number;
  signal?: AbortSignal;
  /** Killed after this long. */
  timeoutSeconds?: number;
  /** Ends the command should the lab die meanwhile. */
  guardian?: Guardian;
}

export interface CommandResult {
  /** Null when a signal ended it. */
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/**
 * Runs a short command to its end and gives what it printed, whatever its exit code.
 * @throws LabError COMMAND_NOT_STARTED when it cannot be started, COMMAND_TIMED_OUT
 */
export function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const { cwd, environment, uid, gid, signal, timeoutSeconds = 60, guardian } = options;
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const child = spawn(command, args, {
      cwd,
      env: { ...(environment ?? process.env), ...guardian?.environment },
      uid,
      gid,
      // A group of its own, so that Ctrl-C reaches only the lab and a kill reaches what it started.
      detached: process.platform !== 'win32',
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    const output = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output.stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output.stderr += text;
    });
    const kill = () => {
      if (child.pid === undefined) return;
      try {
        process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGKILL');
      } catch {
        // it has just ended
      }
    };
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      kill();
    }, timeoutSeconds * 1_000);
    signal?.addEventListener('abort', kill, { once: true });
    const settle = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', kill);
      if (child.pid !== undefined) guardian?.forgetProcess(child.pid);
    };
    if (child.pid !== undefined) guardian?.watchProcess(child.pid, { group: true });
    child.once('error', (cause) => {
      settle();
      reject(
        new LabError('COMMAND_NOT_STARTED', `${command} cannot be started: ${cause.message}.`, {
          cause,
        }),
      );
    });
    child.once('close', (exitCode) => {
      settle();
      if (signal?.aborted) reject(signal.reason);
      else if (timedOut) {
        reject(
          new LabError(
            'COMMAND_TIMED_OUT',
            `${command} did not end within ${timeoutSeconds} s and was killed.`,
          ),
        );
      } else resolve({ exitCode, ...output });
    });
  });
}
