/**
 * Under systemd a user gets a control group to divide up by asking for one: systemd-run starts a
 * command in a new group and hands that over (Delegate=yes, systemd.resource-control(5)). A process
 * cannot do that to itself, so the lab starts itself again in such a group, before anything else.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { findOnPath } from '../find-on-path.js';
import { runCommand } from '../run-command.js';
import { parseCgroupMounts } from './control-groups.js';
import {
  type CpuControl,
  describeControl,
  HOW_TO,
  lookForCpuControl,
  type NoCpuControl,
} from './cpu-control.js';

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

/** systemd-run with its options, to be put before a command; else why it is of no use. */
export async function findDelegation(
  environment: NodeJS.ProcessEnv,
  mountinfo = readMounts(),
): Promise<{ launcher: string[] } | NoCpuControl> {
  const mounts = parseCgroupMounts(mountinfo);
  const mount = mounts.find(({ controllers }) => controllers.length === 0);
  // Version 1 cannot be handed on safely, so systemd does not (systemd.resource-control(5)).
  if (mount === undefined || mounts.some(({ controllers }) => controllers.includes('cpu'))) {
    return {
      why: 'version 1 of control groups is for root alone',
      advice: `Run the lab as root. ${HOW_TO}`,
    };
  }
  const program = findOnPath('systemd-run', environment);
  if (program === null) return { why: 'there is no systemd-run', advice: HOW_TO };
  const launcher = [
    program,
    ...(process.getuid?.() === 0 ? [] : ['--user']),
    ...['--scope', '--quiet', '--collect', '--property=Delegate=yes', '--'],
  ];
  // Tried with a command that tells which controllers its group has: not all are handed on everywhere.
  const script = 'cat "$0$(sed -n s/^0:://p /proc/self/cgroup)/cgroup.controllers"';
  const [, ...words] = [...launcher, 'sh', '-c', script, mount.mountPoint];
  const tried = await runCommand(program, words, { environment, timeoutSeconds: 10 }).catch(
    (error: Error) => ({ exitCode: null, stdout: '', stderr: error.message }),
  );
  if (tried.exitCode !== 0) {
    return { why: `systemd-run does not work here: ${tried.stderr.trim()}`, advice: HOW_TO };
  }
  if (!tried.stdout.trim().split(/\s+/).includes('cpu')) {
    return {
      why: 'systemd does not hand the cpu controller on to this user',
      advice: `An administrator can change that with one file. ${HOW_TO}`,
    };
  }
  return { launcher };
}

/** How a run that is asked for limits gets them: in its own group, else in one that systemd gives. */
export async function findCpuControl(
  environment: NodeJS.ProcessEnv,
): Promise<{ description: string } | NoCpuControl> {
  const control = lookForCpuControl();
  if ('method' in control) return { description: describeControl(control) };
  const delegation = await findDelegation(environment);
  if ('launcher' in delegation) {
    return { description: 'control groups (version 2) that systemd-run gives' };
  }
  return { ...delegation, why: `${control.why}; ${delegation.why}` };
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

function readMounts(): string {
  try {
    return readFileSync('/proc/self/mountinfo', 'latin1');
  } catch {
    return ''; // no Linux
  }
}
