/**
 * A container's limit, changed by the engine that owns its control group. By quota and period, not by
 * `--cpus`: an engine takes 0 for "as it is" and so cannot lift that again, while a quota of -1 lifts
 * (github.com/docker/for-linux, issue 558).
 */
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { type CpuGroup, createCpuGroup } from './cpu-group.js';
import { parseCpuStat } from './throttling.js';

export interface DockerContainer {
  /** The docker command. */
  docker: string;
  name: string;
  environment: NodeJS.ProcessEnv;
}

const COMMAND_TIMEOUT_MS = 10_000;
/** From inside, a container sees its own group at the mount point. */
const READ_STATISTICS =
  'cat /sys/fs/cgroup/cpu.stat 2>/dev/null || cat /sys/fs/cgroup/cpu/cpu.stat';

/**
 * The container must have been started without limits of CPU time. Each call blocks for as long as
 * the docker command takes, about a tenth of a second: not for the middle of a measurement.
 *
 * @param name for messages
 * @throws LabError CPU_LIMIT_FAILED
 */
export function holdContainer(name: string, container: DockerContainer): CpuGroup {
  const docker = (...words: string[]) => runDocker(container, words);
  const lift = () => docker('update', '--cpu-quota', '-1', container.name);
  return createCpuGroup({
    name,
    machineCores: availableParallelism(),
    writeLimit(quota) {
      if (quota === null) return void lift();
      const { quotaMicroseconds, periodMicroseconds } = quota;
      const period = ['--cpu-period', String(periodMicroseconds)];
      docker('update', ...period, '--cpu-quota', String(quotaMicroseconds), container.name);
    },
    readCounters: () => parseCpuStat(docker('exec', container.name, 'sh', '-c', READ_STATISTICS)),
    remove: lift,
  });
}

function runDocker({ docker, environment }: DockerContainer, words: string[]): string {
  const { error, status, stdout, stderr } = spawnSync(docker, words, {
    env: environment,
    encoding: 'utf8',
    timeout: COMMAND_TIMEOUT_MS,
    windowsHide: true,
  });
  if (error) throw error;
  if (status !== 0)
    throw new Error(`docker ${words[0]}: ${stderr.trim() || `exit code ${status}`}`);
  // An engine that may not limit says so, and succeeds all the same.
  if (/discarded|does not support/i.test(stderr)) throw new Error(stderr.trim());
  return stdout;
}
