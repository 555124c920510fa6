import { LabError } from '../model/errors.js';
import { runCommand } from './run-command.js';

/** Of a process of the lab or of the service, beside its connections to clients. */
const OTHER_FILES = 100;

/**
 * How many files, connections among them, a process may have open that the lab starts: Node raises
 * its own limit to the hard one, and its children inherit that. Null means no limit.
 */
export async function readOpenFileLimit(): Promise<number | null> {
  if (process.platform === 'win32') return null;
  const { stdout } = await runCommand('/bin/sh', ['-c', 'ulimit -n'], { timeoutSeconds: 5 });
  return stdout.trim() === 'unlimited' ? null : Number(stdout);
}

/**
 * To be asked before anything is started: a process without a file for a connection fails in the midst
 * of a measurement.
 *
 * @param connections the most that one process has open at once
 * @throws LabError OPEN_FILES_TOO_FEW
 */
export async function assertOpenFiles(connections: number): Promise<void> {
  const limit = await readOpenFileLimit();
  const needed = connections + OTHER_FILES;
  if (limit === null || needed <= limit) return;
  throw new LabError(
    'OPEN_FILES_TOO_FEW',
    `One process of this run would hold ${connections} connections, and a process may have only ${limit} files open here. Take fewer --connections, or raise the limit to ${needed} (ulimit -n; an administrator can raise the hard limit).`,
  );
}
