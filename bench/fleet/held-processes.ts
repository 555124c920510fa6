/**
 * Which processes of a run are held to which share of a core: stores for the whole run, instances as
 * they come. The limits are put on when code is warm and lifted again for the next warm-up, since a
 * cold process under a tenth of a core compiles for minutes.
 */
import type { RunConfig } from '../model/result-schema.js';
import { tierOf } from '../model/tiers.js';
import type { CpuGroup } from '../processes/cpu-limits/cpu-group.js';
import type { CpuLimiter } from '../processes/cpu-limits/cpu-limiter.js';
import type { RunProcess } from '../processes/run-process.js';
import type { StoreInformation, Stores } from '../stores/open.js';
import { holdStore } from './hold-store.js';

type Limits = NonNullable<RunConfig['cpuLimits']>;

/** A process in a group of its own, or one that is not held. */
export interface HeldProcess {
  /** The share of a core that it is held to; null: not held. */
  readonly cores: number | null;
  /** Seconds in which it had work and was held back, since it was held; null: not held. */
  throttledSeconds(): number | null;
  /** Puts the limit on, or lifts it. */
  limit(on: boolean): void;
  release(): void;
}

export interface ProcessHolder {
  /** Redis and the database. */
  readonly stores: readonly (RunProcess & { held: HeldProcess })[];
  /** Whether anything is held at all. */
  readonly active: boolean;
  /** What was to be held and cannot be, by name; a sentence each. */
  readonly notHeld: readonly string[];
  /** Holds a process of a fleet to what its tier may have. @throws LabError CPU_LIMIT_FAILED */
  hold(process: RunProcess): HeldProcess;
}

const NOT_HELD: HeldProcess = {
  cores: null,
  throttledSeconds: () => null,
  limit: () => {},
  release: () => {},
};

/**
 * @param limiter null where the system offers none: then only containers are held
 * @throws LabError CPU_LIMIT_FAILED
 */
export function holdProcesses(
  limiter: CpuLimiter | null,
  limits: Limits | undefined,
  { redis, database }: Pick<Stores, 'redis' | 'database'>,
): ProcessHolder {
  const limitOf = (tier: string): number | null => limits?.[tier] ?? null;
  const notHeld: string[] = [];
  const hold = (name: string, store: StoreInformation, cores: number | null): HeldProcess => {
    if (cores === null) return NOT_HELD;
    const group = holdStore(name, store, limiter);
    if (group) return held(group, cores);
    notHeld.push(`${name} (${store.startedBy}) cannot be held to ${cores} of a core.`);
    return NOT_HELD;
  };
  if (limitOf('application') !== null && limiter === null) {
    notHeld.push('Instances cannot be held.');
  }
  const stores = [
    { tier: 'redis', store: redis },
    { tier: database.name, store: database },
  ].map(({ tier, store }) => ({
    tier,
    name: tier,
    pid: store.pid,
    held: hold(tier, store, limitOf(tier)),
  }));
  return {
    stores,
    active:
      (limitOf('application') !== null && limiter !== null) ||
      stores.some((store) => store.held !== NOT_HELD),
    notHeld,
    hold({ tier, name, pid }) {
      const cores = tierOf(tier).canBeHeld ? limitOf(tier) : null;
      if (cores === null || limiter === null || pid === null) return NOT_HELD;
      return held(limiter.hold(name.replaceAll(' ', '-'), pid), cores);
    },
  };
}

function held(group: CpuGroup, cores: number): HeldProcess {
  return {
    cores,
    throttledSeconds: () => group.throttling().throttledSeconds,
    limit: (on) => group.setCores(on ? cores : null),
    release: () => group.release(),
  };
}
