/**
 * Which processes of a run are held to which share of a core: stores for the whole run, instances as
 * they come. The limits are put on when code is warm and lifted again for the next warm-up, since a
 * cold process under a tenth of a core compiles for minutes.
 */
import type { RunConfig } from '../result/schema.js';
import type { CpuGroup } from './cpu-limits/cpu-group.js';
import type { CpuLimiter } from './cpu-limits/cpu-limiter.js';

type Limits = NonNullable<RunConfig['cpuLimits']>;

/** A process in a group of its own, or one that is not held. */
export interface HeldProcess {
  /** null: not limited. */
  readonly limitCores: number | null;
  /** Seconds in which it had work and was held back, since it was held; null: not held. */
  throttledSeconds(): number | null;
  /** Puts the limit on, or lifts it. */
  limit(on: boolean): void;
  release(): void;
}

export interface ProcessHolder {
  readonly redis: HeldProcess;
  readonly postgres: HeldProcess;
  /** Whether anything is limited at all. */
  readonly active: boolean;
  holdInstance(number: number, pid: number): HeldProcess;
}

const NOT_HELD: HeldProcess = {
  limitCores: null,
  throttledSeconds: () => null,
  limit: () => {},
  release: () => {},
};

/**
 * @param limiter null where the system offers none: then nothing is held
 * @param pids of the stores; null where a store is not on this machine, which then is not held
 * @throws LabError CPU_LIMIT_FAILED
 */
export function holdProcesses(
  limiter: CpuLimiter | null,
  limits: Limits | undefined,
  pids: { redis: number | null; postgres: number | null },
): ProcessHolder {
  const hold = (name: string, pid: number | null, cores: number | null | undefined) =>
    limiter === null || pid === null || cores === null || cores === undefined
      ? NOT_HELD
      : held(limiter.hold(name, pid), cores);
  return {
    redis: hold('redis', pids.redis, limits?.redis),
    postgres: hold('postgres', pids.postgres, limits?.postgres),
    active: limiter !== null && Object.values(limits ?? {}).some((cores) => cores !== null),
    holdInstance: (number, pid) => hold(`instance-${number}`, pid, limits?.application),
  };
}

function held(group: CpuGroup, cores: number): HeldProcess {
  return {
    limitCores: cores,
    throttledSeconds: () => group.throttling().throttledSeconds,
    limit: (on) => group.setCores(on ? cores : null),
    release: () => group.release(),
  };
}
