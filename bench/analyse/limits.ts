/**
 * What limited a trial: the process that had no CPU time left to give, else the whole machine.
 */
import { DATABASE_NAMES, isDatabase } from '../model/databases.js';
import type { ProcessKind, Trial } from '../model/result-schema.js';

/** A single-threaded process above this share of a core has nothing left for more load. */
export const SATURATED_CORES = 0.9;
/** Above this share of all cores, processes wait for each other's CPU time. */
export const BUSY_MACHINE = 0.93;

/** From this share of all cores on, a lack of them is likelier than waiting for anything else. */
export const NEARLY_BUSY_MACHINE = 0.8;

export interface Limit {
  /** nearlyMachine: the cores are the likeliest limit, though not all of their time was used. */
  code: ProcessKind | 'machine' | 'nearlyMachine' | 'none';
  /** For a sentence: "limited by …". */
  label: string;
}

const LABELS: Record<Limit['code'], string> = {
  application: 'the application instances (each used its whole core)',
  authority: 'the authority (it used its whole core)',
  web: 'the web tier (nginx used as many cores as it has workers)',
  prediction: 'the prediction server (it used its whole core)',
  redis: 'Redis (it used its whole core)',
  postgres: 'PostgreSQL (it used all cores)',
  mariadb: 'MariaDB (it used all cores)',
  loadGenerator: 'the load generator',
  machine: 'the cores of this machine, shared by all processes',
  nearlyMachine: 'probably the cores of this machine, shared by all processes',
  none: 'no processor: requests waited for something else',
};

/** In this order: a load generator at its limit hides all others. */
const KINDS = [
  'loadGenerator',
  'application',
  'web',
  'authority',
  'prediction',
  'redis',
  ...DATABASE_NAMES,
] as const;

export function limitOf(trial: Trial): Limit {
  for (const kind of KINDS) {
    const busy = trial.processes.find((use) => use.kind === kind && isSaturated(use, trial));
    if (busy) return { code: kind, label: labelOf(kind, busy.limitCores ?? null) };
  }
  const code = limitOfMachine(trial.machine.busyShare ?? 0);
  return { code, label: LABELS[code] };
}

function limitOfMachine(busyShare: number): 'machine' | 'nearlyMachine' | 'none' {
  if (busyShare >= BUSY_MACHINE) return 'machine';
  return busyShare >= NEARLY_BUSY_MACHINE ? 'nearlyMachine' : 'none';
}

type ProcessUse = Trial['processes'][number];

/** It used what it may, or was running or held back nearly all the time. */
function isSaturated(use: ProcessUse, { machine, seconds, loadedSeconds }: Trial): boolean {
  const { kind, cores, limitCores, throttledSeconds, workers = 1 } = use;
  if (cores === null) return false;
  // A database has a process or a thread for each connection: only all cores together are its limit.
  const whole = isDatabase(kind) ? machine.cores : workers;
  if (cores >= SATURATED_CORES * (limitCores ?? whole)) return true;
  if (!limitCores || limitCores > 1 || !throttledSeconds) return false;
  return cores + throttledSeconds / (loadedSeconds ?? seconds) >= SATURATED_CORES;
}

function labelOf(kind: ProcessKind, limitCores: number | null): string {
  if (limitCores === null) return LABELS[kind];
  const share = `used all of its ${limitCores} core${limitCores > 1 ? 's' : ''}`;
  if (kind === 'application') return `the application instances (each ${share})`;
  return LABELS[kind].replace(/ \(.*|$/, ` (it ${share})`);
}
