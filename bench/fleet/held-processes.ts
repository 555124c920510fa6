/**
 * Which processes of a run are held to which share of a core: stores for the whole run, instances as
 * they come. The limits are put on when code is warm and lifted again for the next warm-up, since a
 * cold process under a tenth of a core compiles for minutes.
 */
import type { RunConfig } from '../model/result-schema.js';
import type { CpuGroup } from '../processes/cpu-limits/cpu-group.js';
import type { CpuLimiter } from '../processes/cpu-limits/cpu-limiter.js';
import type { Stores } from '../stores/open.js';
import type { StoreInformation } from '../stores/store.js';

type Limits = NonNullable<RunConfig['cpuLimits']>;

/** A process in a group of its own, or one that is not held. */
export interface HeldProcess {
  /** Seconds in which it had work and was held back, since it was held; null: not held. */
  throttledSeconds(): number | null;
  /** Puts the limit on, or lifts it. */
  limit(on: boolean): void;
  release(): void;
}

export interface ProcessHolder {
  readonly redis: HeldProcess;
  readonly database: HeldProcess;
  /** Whether anything is held at all. */
  readonly active: boolean;
  /** What was to be held and cannot be, by name; a sentence each. */
  readonly notHeld: readonly string[];
  holdInstance(number: number, pid: number): HeldProcess;
}

const NOT_HELD: HeldProcess = {
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
  stores: Pick<Stores, 'database' | 'sessionStore'>,
): ProcessHolder {
  const { application = null, redis = null } = limits ?? {};
  const { name: databaseName } = stores.database;
  const notHeld: string[] = [];
  const hold = (name: string, store: StoreInformation, cores: number | null): HeldProcess => {
    if (cores === null) return NOT_HELD;
    const group = holdStore(name, store, limiter);
    if (group) return held(group, cores);
    notHeld.push(`${name} (${store.startedBy}) cannot be held to ${cores} of a core.`);
    return NOT_HELD;
  };
  if (application !== null && limiter === null) notHeld.push('Instances cannot be held.');
  const stays = {
    redis: hold('redis', stores.sessionStore, redis),
    database: hold(databaseName, stores.database, limits?.[databaseName] ?? null),
  };
  return {
    ...stays,
    active:
      (application !== null && limiter !== null) ||
      Object.values(stays).some((store) => store !== NOT_HELD),
    notHeld,
    holdInstance: (number, pid) =>
      application === null || limiter === null
        ? NOT_HELD
        : held(limiter.hold(`instance-${number}`, pid), application),
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
    throttledSeconds: () => group.throttling().throttledSeconds,
    limit: (on) => group.setCores(on ? cores : null),
    release: () => group.release(),
  };
}
