/** What systemd gives a user who asks: a control group to divide up (delegated-rerun.ts says how). */
import { readFileSync } from 'node:fs';
import { findOnPath } from '../find-on-path.js';
import { runCommand } from '../run-command.js';
import { parseCgroupMounts } from './control-groups.js';
import { describeControl, HOW_TO, lookForCpuControl, type NoCpuControl } from './cpu-control.js';

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

function readMounts(): string {
  try {
    return readFileSync('/proc/self/mountinfo', 'latin1');
  } catch {
    return ''; // no Linux
  }
}
