/**
 * What limited a trial: the process that had no CPU time left to give, else the whole machine.
 */
import type { Trial } from '../model/result-schema.js';
import { inOrderOfScope, inSentence, type Tier, tierOf } from '../model/tiers.js';
import { tiersOfTrials } from '../model/tiers-of-run.js';

/** A single-threaded process above this share of a core has nothing left for more load. */
const SATURATED_CORES = 0.9;
/** Above this share of all cores, processes wait for each other's CPU time. */
const BUSY_MACHINE = 0.93;

/** From this share of all cores on, a lack of them is likelier than waiting for anything else. */
const NEARLY_BUSY_MACHINE = 0.8;

export interface Limit {
  /**
   * The id of a tier, or:
   * - machine: the cores of all processes together
   * - nearlyMachine: they are the likeliest limit, though not all of their time was used
   * - none: no processor
   * - loadMachine: the cores of the machine that sent the load to a target
   * - unknown: what limits a target is not seen from outside
   */
  code: string;
  /** For a sentence: "limited by …". */
  label: string;
}

const LABELS = {
  machine: 'the cores of this machine, shared by all processes',
  nearlyMachine: 'probably the cores of this machine, shared by all processes',
  none: 'no processor: requests waited for something else',
  loadMachine: 'the cores of the machine that sent the load',
  unknown: 'not known: the lab did not start these deployments and does not see their servers',
};

export function limitOf(trial: Trial): Limit {
  // In this order: a load generator at its limit hides all others.
  for (const tier of inOrderOfScope(tiersOfTrials([trial]))) {
    const busy = trial.processes.find((use) => use.kind === tier.id && isSaturated(use, trial));
    if (busy) return { code: tier.id, label: labelOf(tier, busy.limitCores ?? null) };
  }
  const code = limitOfMachine(trial);
  return { code, label: LABELS[code] };
}

function limitOfMachine({ machine, topology }: Trial): keyof typeof LABELS {
  const busyShare = machine.busyShare ?? 0;
  if (topology === 'target') return busyShare >= BUSY_MACHINE ? 'loadMachine' : 'unknown';
  if (busyShare >= BUSY_MACHINE) return 'machine';
  return busyShare >= NEARLY_BUSY_MACHINE ? 'nearlyMachine' : 'none';
}

type ProcessUse = Trial['processes'][number];

/** It used what it may, or was running or held back nearly all the time. */
function isSaturated(use: ProcessUse, trial: Trial): boolean {
  const { cores, limitCores, throttledSeconds } = use;
  if (cores === null) return false;
  if (cores >= SATURATED_CORES * (limitCores ?? wholeOf(use, trial))) return true;
  if (!limitCores || limitCores > 1 || !throttledSeconds) return false;
  return cores + throttledSeconds / (trial.loadedSeconds ?? trial.seconds) >= SATURATED_CORES;
}

/** Cores that a process which is not held can use. */
function wholeOf({ kind, workers = 1 }: ProcessUse, { machine }: Trial): number {
  const { threads } = tierOf(kind);
  return threads === 'many' ? machine.cores : threads === 'workers' ? workers : threads;
}

function labelOf(tier: Tier, limitCores: number | null): string {
  if (tier.scope === 'lab') return inSentence(tier);
  const each = tier.scope === 'instance';
  const name = each ? `${inSentence(tier)} instances` : inSentence(tier);
  const who = each ? 'each' : 'it';
  if (limitCores !== null) {
    return `${name} (${who} used all of its ${limitCores} core${limitCores > 1 ? 's' : ''})`;
  }
  if (tier.threads === 'many') return `${name} (${who} used all cores)`;
  if (tier.threads === 1) return `${name} (${who} used its whole core)`;
  return `${name} (${tier.program ?? who} used as many cores as it has workers)`;
}
