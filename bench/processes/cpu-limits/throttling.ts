/** How long a group was held back, from the kernel's counters. */

export interface Throttling {
  /** Periods in which a process of the group had something to do while it was limited. */
  periods: number;
  /** Of these, periods in which the quota was used up. */
  throttledPeriods: number;
  /**
   * Wall time in which the group had work and was held back. The kernel adds this up for each core
   * on which threads wait, so several waiting threads count several times; what is more than all the
   * throttled periods together is taken off. Exact for one busy thread, an upper bound for more. A
   * stop counts when it ends, so a reading may lack the one under way.
   */
  throttledSeconds: number;
}

export const NOT_THROTTLED: Throttling = { periods: 0, throttledPeriods: 0, throttledSeconds: 0 };

/**
 * The text of cpu.stat. Version 1 counts `throttled_time` in nanoseconds, version 2
 * `throttled_usec` (Documentation/scheduler/sched-bwc.rst, admin-guide/cgroup-v2.rst).
 */
export function parseCpuStat(text: string): Throttling {
  const fields = new Map(
    text.split('\n').map((line) => line.split(' ') as [string, string | undefined]),
  );
  const number = (name: string) => Number(fields.get(name) ?? 0);
  return {
    periods: number('nr_periods'),
    throttledPeriods: number('nr_throttled'),
    throttledSeconds: number('throttled_time') / 1e9 + number('throttled_usec') / 1e6,
  };
}

/** The kernel's counters run on over all limits; the length of a period belongs to one of them. */
export interface ThrottlingMeter {
  read(): Throttling;
  /** From now on periods are that long; null without a limit. */
  changePeriod(seconds: number | null): void;
}

export function createThrottlingMeter(readCounters: () => Throttling): ThrottlingMeter {
  let before = NOT_THROTTLED;
  let start = readCounters();
  let periodSeconds: number | null = null;
  const read = (): Throttling => {
    const now = readCounters();
    const throttledPeriods = now.throttledPeriods - start.throttledPeriods;
    const summed = now.throttledSeconds - start.throttledSeconds;
    const longest = periodSeconds === null ? summed : throttledPeriods * periodSeconds;
    return {
      periods: before.periods + now.periods - start.periods,
      throttledPeriods: before.throttledPeriods + throttledPeriods,
      throttledSeconds: before.throttledSeconds + Math.min(summed, longest),
    };
  };
  return {
    read,
    changePeriod(seconds) {
      before = read();
      start = readCounters();
      periodSeconds = seconds;
    },
  };
}
