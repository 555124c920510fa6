import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endWithStarter } from '../../bench/processes/entry/end-with-starter.js';
import { startGuardian } from '../../bench/processes/guardian/guardian.js';

endWithStarter();

/**
 * The one place that ends what tests start. A hook that throws half way, a test that hangs, Ctrl-C and
 * `kill -9` all leave out the `after` hooks; the guardian is told by the system that this process is
 * gone, and ends the processes first and removes the folders then.
 */
const guardian = await startGuardian();

/** For the environment of every process that a test starts: tells whose it is, and whose its children are. */
export const MARK = guardian.environment;

const FOLDER_VARIABLE = 'LAB_TEST_FOLDER';
if (process.env[FOLDER_VARIABLE] === undefined) {
  const folder = mkdtempSync(join(tmpdir(), 'lab-tests-'));
  // Servers that refuse to run as root work in folders below.
  chmodSync(folder, 0o1777);
  guardian.watchFolder(folder);
  // Workers of mocha inherit both: all temporary folders of a run are in this one.
  process.env[FOLDER_VARIABLE] = folder;
  process.env.TMPDIR = folder;
}

const running = new Set<ChildProcess>();

/** Ends it with this process at the latest, however that ends. */
export function endWithTests<Child extends ChildProcess>(child: Child): Child {
  const { pid } = child;
  if (pid !== undefined) {
    guardian.watchProcess(pid);
    running.add(child);
    child.once('exit', () => {
      running.delete(child);
      guardian.forgetProcess(pid);
    });
  }
  return child;
}

/** Root hook of mocha: a process left over by a failed test would keep mocha itself from ending. */
export async function endLeftovers(): Promise<void> {
  await Promise.all(
    [...running].map(async (child) => {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    }),
  );
}
