/**
 * The CPU time and memory of every process at one moment; two of them frame a window.
 */
import type { HeldProcess } from '../fleet/held-processes.js';
import { tierOf } from '../model/tiers.js';
import { type ReadUsage, usageOf, usageOfFamily } from '../processes/process-usage.js';
import type { RunProcess } from '../processes/run-process.js';
import type { StoreMeter, StoreUsage } from '../stores/store.js';
import { type MachineTimes, readMachineTimes } from './machine-usage.js';

/** A process to be read. */
export interface MeasuredProcess extends RunProcess {
  /** Of those that a run may hold to a share of a core. */
  held?: HeldProcess;
  /** It is what the meter asks, and what it says of itself serves where this machine cannot see it. */
  isMetered?: true;
}

/** A process at the moment of the snapshot. */
export interface ProcessReading extends Pick<RunProcess, 'tier' | 'name' | 'workers' | 'agent'> {
  /** null when it could not be read. */
  usage: ReadUsage | null;
  /** Absent where it is not held. */
  held?: { limitCores: number; throttledSeconds: number };
}

export interface Snapshot {
  /** When the processes were read, on the monotonic clock. */
  atMs: number;
  machine: MachineTimes;
  processes: ProcessReading[];
  /** What the session store said of itself. It answers when it gets to it, so it brings a moment of its own. */
  sessionStore: StoreUsage | null;
}

/**
 * @param edge of the span that it begins or ends: what it costs the session store to answer is kept outside
 * @param meter of the session store; null where there is none to ask
 * @param processes in the order of the record
 */
export async function takeSnapshot(
  edge: 'from' | 'to',
  meter: StoreMeter | null,
  processes: readonly MeasuredProcess[],
  nowMs: () => number,
): Promise<Snapshot> {
  const ask = async () => (await meter?.read().catch(() => null)) ?? null;
  const before = edge === 'from' ? await ask() : null;
  const atMs = nowMs();
  const usages = await Promise.all(processes.map(usageOfProcess));
  const machine = readMachineTimes();
  const said = edge === 'from' ? before : await ask();
  return {
    atMs,
    machine,
    sessionStore: said,
    processes: processes.map(({ tier, name, workers, agent, held, isMetered }, index) => ({
      tier,
      name,
      ...(workers !== undefined && { workers }),
      ...(agent !== undefined && { agent }),
      usage: usages[index] ?? (isMetered ? said : null),
      ...heldPart(held),
    })),
  };
}

async function usageOfProcess(process: MeasuredProcess): Promise<ReadUsage | null> {
  const { tier, pid } = process;
  const { reading } = tierOf(tier);
  if (process.readUsage) return process.readUsage();
  if (pid === null || reading === 'store') return null;
  return reading === 'family' ? usageOfFamily(pid) : usageOf(pid);
}

function heldPart(held: HeldProcess | undefined): Pick<ProcessReading, 'held'> {
  const throttledSeconds = held?.throttledSeconds() ?? null;
  return held?.cores == null || throttledSeconds === null
    ? {}
    : { held: { limitCores: held.cores, throttledSeconds } };
}
