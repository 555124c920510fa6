/**
 * How many cores each tier can use at most. A limit that the run set is known; otherwise it is an
 * assumption from how the programs are built, and the report states it.
 */
import type { Trial } from '../../model/result-schema.js';
import { tierOf } from '../../model/tiers.js';

export interface Capacity {
  /** Of one process of the tier; a database counts as one. */
  cores: number;
  /**
   * - limit: the run held it to that
   * - assumption: JavaScript, Redis's commands and a load worker run on one thread; a database has a process
   *   or a thread for each connection, a web tier its workers
   * - observation: it was seen to use more than the assumption (hashing threads)
   */
  from: 'limit' | 'assumption' | 'observation';
}

/** Less above one core is noise, and the helper threads of a runtime. */
const NOTABLY_MORE = 1.1;

/**
 * @param tier its id
 * @param trials at least one
 */
export function capacityOf(tier: string, trials: readonly Trial[]): Capacity {
  const limit = limitOfTier(tier, trials);
  if (limit !== null) return { cores: limit, from: 'limit' };
  const { threads } = tierOf(tier);
  if (threads === 'many') return { cores: machineCores(trials), from: 'assumption' };
  if (threads === 'workers') return { cores: workersOf(tier, trials), from: 'assumption' };
  const seen = mostUsed(tier, trials);
  return seen > NOTABLY_MORE
    ? { cores: seen, from: 'observation' }
    : { cores: threads, from: 'assumption' };
}

/** The cores one process of a tier was held to; null where there was no limit. */
export function limitOfTier(tier: string, trials: readonly Trial[]): number | null {
  const limits = trials.flatMap(({ processes }) =>
    processes.flatMap(({ kind, limitCores }) => (kind === tier && limitCores ? [limitCores] : [])),
  );
  return limits.length > 0 ? Math.max(...limits) : null;
}

/**
 * What is left of the machine for the processes of a run: without what the hypervisor gave to
 * others, and without what no process of the run accounts for (the kernel, the lab itself).
 */
export function availableCores(trials: readonly Trial[]): number {
  const shares = trials.map(({ machine, processes }) => {
    const stolen = machine.stealShare ?? 0;
    const known = processes.reduce((sum, { cores }) => sum + (cores ?? 0), 0);
    const busy = machine.busyShare === null ? 0 : (machine.busyShare - stolen) * machine.cores;
    return machine.cores * (1 - stolen) - Math.max(0, busy - known);
  });
  return meanOf(shares);
}

function workersOf(tier: string, trials: readonly Trial[]): number {
  const uses = trials.flatMap(({ processes }) => processes.filter(({ kind }) => kind === tier));
  return Math.max(1, ...uses.map(({ workers }) => workers ?? 1));
}

function machineCores(trials: readonly Trial[]): number {
  return Math.max(...trials.map(({ machine }) => machine.cores));
}

/** The mean over the rounds, at the number of instances where it is largest: one round is noise. */
function mostUsed(tier: string, trials: readonly Trial[]): number {
  const counts = [...new Set(trials.map(({ instances }) => instances))];
  const means = counts.map((count) => {
    const used = trials
      .filter(({ instances }) => instances === count)
      .flatMap(({ processes }) =>
        processes.flatMap(({ kind, cores }) => (kind === tier && cores !== null ? [cores] : [])),
      );
    return used.length > 0 ? meanOf(used) : 0;
  });
  return Math.max(0, ...means);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
