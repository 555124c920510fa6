/**
 * Under systemd a user gets a control group to divide up by asking for one: systemd-run starts a
 * command in a new group and hands that over (Delegate=yes, systemd.resource-control(5)). A process
 * cannot do that to itself, so the lab starts itself again in such a group, before anything else.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { type CpuControl, lookForCpuControl, type NoCpuControl } from './cpu-control.js';
import { findDelegation } from './delegation.js';

/** Tells the lab that it was started so, and by which process: it is not done twice. */
const LAUNCHED_BY = 'LAB_DELEGATED_BY';

/** The terminal sends Ctrl-C to both processes; the lab takes the second one for the same. */
const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const LAUNCHER_CHECK_MS = 500;

export interface RerunOptions {
  environment?: NodeJS.ProcessEnv;
  /** What there is without: found out unless told. */
  control?: CpuControl | NoCpuControl;
  /** This very process unless told otherwise. */
  command?: readonly string[];
  /** The text of /proc/self/mountinfo. */
  mountinfo?: string;
}

/**
 * Call it before anything is started, when limits were asked for. Null: go on in this process, which
 * has limits already, or cannot get them this way. A number: the lab has run in a group of its own
 * and ended; end with that exit code.
 */
export async function rerunInDelegatedGroup(options: RerunOptions = {}): Promise<number | null> {
  const { environment = process.env } = options;
  const launchedBy = environment[LAUNCHED_BY];
  if (launchedBy !== undefined) {
    delete environment[LAUNCHED_BY];
    endWithLauncher(Number(launchedBy));
    return null;
  }
  if ('method' in (options.control ?? lookForCpuControl())) return null;
  const found = await findDelegation(environment, options.mountinfo);
  if ('why' in found) return null;

  const command = options.command ?? [
    process.execPath,
    ...process.execArgv,
    ...process.argv.slice(1),
  ];
  const [program = '', ...words] = [...found.launcher, ...command];
  const child = spawn(program, words, {
    env: { ...environment, [LAUNCHED_BY]: String(process.pid) },
    stdio: 'inherit',
  });
  const forward = (signal: NodeJS.Signals) => child.kill(signal);
  for (const signal of FORWARDED) process.on(signal, forward);
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    // What a shell makes of a process that a signal ended.
    return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
  } finally {
    for (const signal of FORWARDED) process.off(signal, forward);
  }
}

/** kill -9 of the launcher reaches nobody else, so the lab looks whether it is still there. */
function endWithLauncher(launcher: number): void {
  if (process.ppid !== launcher) return; // not started directly: nothing to go by
  const timer = setInterval(() => {
    if (process.ppid === launcher) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, LAUNCHER_CHECK_MS);
  timer.unref();
}
