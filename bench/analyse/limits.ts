/**
 * What limited a trial: the process that had no CPU time left to give, else the whole machine.
 */
import type { ProcessKind, Trial } from '../result/schema.js';

/** A single-threaded process above this share of a core has nothing left for more load. */
export const SATURATED_CORES = 0.9;
/** Above this share of all cores, processes wait for each other's CPU time. */
export const BUSY_MACHINE = 0.93;

export interface Limit {
  code: ProcessKind | 'machine' | 'none';
  /** For a sentence: "limited by …". */
  label: string;
}

const LABELS: Record<Limit['code'], string> = {
  application: 'the application instances (each used its whole core)',
  authority: 'the authority (it used its whole core)',
  redis: 'Redis (it used its whole core)',
  postgres: 'PostgreSQL (it used all cores)',
  loadGenerator: 'the load generator',
  machine: 'the cores of this machine, shared by all processes',
  none: 'no processor: requests waited for something else',
};

export function limitOf(trial: Trial): Limit {
  const busiest = (kind: string) =>
    Math.max(0, ...trial.processes.filter((use) => use.kind === kind).map((use) => use.cores ?? 0));
  const code = (): Limit['code'] => {
    if (busiest('loadGenerator') >= SATURATED_CORES) return 'loadGenerator';
    if (busiest('application') >= SATURATED_CORES) return 'application';
    if (busiest('authority') >= SATURATED_CORES) return 'authority';
    if (busiest('redis') >= SATURATED_CORES) return 'redis';
    // PostgreSQL has a process for each connection, so only all cores together are its limit.
    if (busiest('postgres') >= SATURATED_CORES * trial.machine.cores) return 'postgres';
    if ((trial.machine.busyShare ?? 0) >= BUSY_MACHINE) return 'machine';
    return 'none';
  };
  const found = code();
  return { code: found, label: LABELS[found] };
}
