import { LabError } from '../../model/errors.js';
import { assertCores, type CpuQuota, quotaOf } from './cpu-quota.js';
import { createThrottlingMeter, type Throttling } from './throttling.js';

/** Processes that share one limit of CPU time. */
export interface CpuGroup {
  /**
   * From now on they get that many cores together; null lifts the limit. May be changed at any time.
   * @throws LabError CPU_SHARE_INVALID, CPU_LIMIT_FAILED
   */
  setCores(cores: number | null): void;
  /** Since they were held. After `release` the last figures. */
  throttling(): Throttling;
  /** Lifts the limit and gives the processes back to where they were. Idempotent. */
  release(): void;
}

/** What a kind of group is able to do; all errors become LabErrors here. */
export interface CpuGroupParts {
  /** For messages: "redis". */
  name: string;
  machineCores: number;
  writeLimit(quota: CpuQuota | null): void;
  readCounters(): Throttling;
  remove(): void;
}

export function createCpuGroup(parts: CpuGroupParts): CpuGroup {
  const meter = createThrottlingMeter(() => explain(parts.name, parts.readCounters));
  let last: Throttling | null = null;
  return {
    setCores(cores) {
      if (cores !== null) assertCores(cores, parts.machineCores);
      const quota = cores === null ? null : quotaOf(cores);
      explain(parts.name, () => parts.writeLimit(quota));
      // After the change: it ends a stop that is under way, and so counts it.
      meter.changePeriod(quota && quota.periodMicroseconds / 1e6);
    },
    throttling: () => last ?? meter.read(),
    release() {
      if (last !== null) return;
      last = meter.read();
      explain(parts.name, parts.remove);
    },
  };
}

function explain<Value>(name: string, act: () => Value): Value {
  try {
    return act();
  } catch (cause) {
    if (cause instanceof LabError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    const hint =
      (cause as NodeJS.ErrnoException).code === 'EINVAL'
        ? ' The group that the lab itself is in has less to give: ask for less, or run the lab without a limit of its own.'
        : '';
    throw new LabError(
      'CPU_LIMIT_FAILED',
      `The limit of CPU time of ${name} cannot be used: ${reason}.${hint}`,
      { cause },
    );
  }
}
