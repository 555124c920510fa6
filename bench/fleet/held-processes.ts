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
import type { Stores } from '../stores/open.js';
import type { StoreInformation } from '../stores/store.js';

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
  readonly sessionStore: HeldProcess;
  readonly database: HeldProcess;
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
  { database, sessionStore }: Pick<Stores, 'database' | 'sessionStore'>,
): ProcessHolder {
  const limitOf = (tier: string): number | null => limits?.[tier] ?? null;
  const notHeld: string[] = [];
  const holdOne = (store: StoreInformation & { name: string }): HeldProcess => {
    const { name } = store;
    const cores = limitOf(name);
    if (cores === null) return NOT_HELD;
    const group = holdStore(name, store, limiter);
    if (group) return held(group, cores);
    notHeld.push(`${name} (${store.startedBy}) cannot be held to ${cores} of a core.`);
    return NOT_HELD;
  };
  const limitsInstances = limitOf('application') !== null;
  if (limitsInstances && limiter === null) notHeld.push('Instances cannot be held.');
  const stays = { sessionStore: holdOne(sessionStore), database: holdOne(database) };
  return {
    ...stays,
    active:
      (limitsInstances && limiter !== null) ||
      Object.values(stays).some((store) => store !== NOT_HELD),
    notHeld,
    hold({ tier, name, pid }) {
      const cores = tierOf(tier).canBeHeld ? limitOf(tier) : null;
      if (cores === null || limiter === null || pid === null) return NOT_HELD;
      return held(limiter.hold(name.replaceAll(' ', '-'), pid), cores);
    },
  };
}

/**
 * A group for a store, by whoever is able to: the engine for a container, the limiter for a process.
 * Null when neither can or may: the store runs elsewhere, or is somebody else's.
 *
 * @throws LabError CPU_LIMIT_FAILED
 */
export function holdStore(
  name: string,
  store: StoreInformation,
  limiter: CpuLimiter | null,
): CpuGroup | null {
  if (store.given) return null;
  if (store.holdContainer) return store.holdContainer();
  return limiter === null || store.pid === null ? null : limiter.hold(name, store.pid);
}

function held(group: CpuGroup, cores: number): HeldProcess {
  return {
    cores,
    throttledSeconds: () => group.throttling().throttledSeconds,
    limit: (on) => group.setCores(on ? cores : null),
    release: () => group.release(),
  };
}
