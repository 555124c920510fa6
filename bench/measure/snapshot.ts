/**
 * The CPU time and memory of every process at one moment; two of them frame a window.
 */
import type { HeldProcess } from '../fleet/held-processes.js';
import { tierOf } from '../model/tiers.js';
import type { RunProcess } from '../processes/run-process.js';
import { type MachineTimes, readMachineTimes } from './machine-usage.js';
import { type ProcessUsage, usageOf, usageOfFamily } from './process-usage.js';
import type { RedisMeter, RedisUsage } from './redis-usage.js';

/** A process to be read. */
export interface MeasuredProcess extends RunProcess {
  /** Of those that a run may hold to a share of a core. */
  held?: HeldProcess;
}

/** A process at the moment of the snapshot. */
export interface ProcessReading extends Pick<RunProcess, 'tier' | 'name' | 'workers'> {
  /** null when it could not be read. */
  usage: ReadUsage | null;
  /** Absent where it is not held. */
  held?: { limitCores: number; throttledSeconds: number };
}

export interface ReadUsage extends ProcessUsage {
  /** When that was true, where the process says so by a clock of its own. */
  atSeconds?: number;
}

export interface Snapshot {
  /** When the processes were read, on the monotonic clock. */
  atMs: number;
  machine: MachineTimes;
  processes: ProcessReading[];
  /** What Redis said of itself. It answers when it gets to it, so it brings a moment of its own. */
  redis: RedisUsage | null;
}

/**
 * @param edge of the span that it begins or ends: what it costs Redis to answer is kept outside
 * @param processes in the order of the record
 */
export async function takeSnapshot(
  edge: 'from' | 'to',
  redis: RedisMeter,
  processes: readonly MeasuredProcess[],
  nowMs: () => number,
): Promise<Snapshot> {
  const askRedis = () => redis.read().catch(() => null);
  const before = edge === 'from' ? await askRedis() : null;
  const atMs = nowMs();
  const usages = await Promise.all(processes.map(readUsage));
  const machine = readMachineTimes();
  const said = edge === 'from' ? before : await askRedis();
  return {
    atMs,
    machine,
    redis: said,
    processes: processes.map(({ tier, name, workers, held }, index) => ({
      tier,
      name,
      ...(workers !== undefined && { workers }),
      usage: usages[index] ?? (tierOf(tier).reading === 'protocol' ? said : null),
      ...heldPart(held),
    })),
  };
}

async function readUsage({ tier, pid }: RunProcess): Promise<ProcessUsage | null> {
  if (pid === null) return null;
  return tierOf(tier).reading === 'family' ? usageOfFamily(pid) : usageOf(pid);
}

function heldPart(held: HeldProcess | undefined): Pick<ProcessReading, 'held'> {
  const throttledSeconds = held?.throttledSeconds() ?? null;
  return held?.cores == null || throttledSeconds === null
    ? {}
    : { held: { limitCores: held.cores, throttledSeconds } };
}
