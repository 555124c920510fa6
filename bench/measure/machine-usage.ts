/** How busy all cores together are, and how much the hypervisor takes away. */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

export interface MachineTimes {
  totalMs: number;
  idleMs: number;
  /** null where the system does not tell. */
  stealMs: number | null;
}

export function readMachineTimes(): MachineTimes {
  const totals = cpus().reduce(
    (sum, { times }) => ({
      totalMs: sum.totalMs + times.user + times.nice + times.sys + times.idle + times.irq,
      idleMs: sum.idleMs + times.idle,
    }),
    { totalMs: 0, idleMs: 0 },
  );
  return { ...totals, stealMs: readStealMs() };
}

/** Shares of all cores in several spans of time together; null where nothing is known. */
export function machineShares(spans: readonly { from: MachineTimes; to: MachineTimes }[]) {
  let idle = 0;
  let total = 0;
  let stolen: number | null = 0;
  for (const { from, to } of spans) {
    idle += to.idleMs - from.idleMs;
    total += to.totalMs - from.totalMs;
    stolen =
      stolen === null || from.stealMs === null || to.stealMs === null
        ? null
        : stolen + to.stealMs - from.stealMs;
  }
  total += stolen ?? 0;
  if (total <= 0) return { busyShare: null, stealShare: null };
  return {
    busyShare: clampShare(1 - idle / total),
    stealShare: stolen === null ? null : clampShare(stolen / total),
  };
}

/** Counters of single cores are read one after the other, so a share can miss its bounds by a hair. */
function clampShare(share: number): number {
  return Math.min(1, Math.max(0, share));
}

/** The eighth figure of the first line of /proc/stat, in ticks of 10 ms (proc(5)). */
function readStealMs(): number | null {
  if (process.platform !== 'linux') return null;
  const fields = readFileSync('/proc/stat', 'latin1').split('\n', 1)[0]?.split(/\s+/) ?? [];
  return Number(fields[8] ?? 0) * 10;
}
