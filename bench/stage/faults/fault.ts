/** What can be done to a running stage, and how it is undone. A fault is a file and a line in registry.ts. */
import type { Guardian } from '../../processes/guardian/guardian.js';
import type { StoreHands, StoreMembers, StoreReplication } from '../../stores/store.js';
import type { Lane } from '../lane.js';
import type { StageInstance } from '../lane-instances.js';
import type { Person } from '../roster.js';

/** What faults may touch: the lanes that are to be broken, and their stores. */
export interface StageHands {
  /** Without the control. */
  readonly lanes: readonly Lane[];
  readonly redis: StoreHands & {
    readonly url: string;
    readonly members?: StoreMembers | undefined;
  };
  readonly database: StoreHands & {
    readonly url: string;
    readonly replication?: StoreReplication | undefined;
  };
  /** The way to both stores; null where the stage has none of the lab's own. */
  readonly way: { setDelay(eachWayMs: number): void } | null;
  /** For commands of the service: addresses of the stores and secrets. */
  readonly serviceEnvironment: Readonly<Record<string, string>>;
  readonly password: string;
  readonly guardian: Guardian;
}

/** Idempotent. */
export type Undo = () => Promise<void>;

export type FaultNeed = 'instruments' | 'web' | 'replicas' | 'cluster' | 'database-replica';

export interface Fault {
  /** For a person: "Redis freezes". */
  title: string;
  /** What undoes it, for a person: "it goes on"; null: nothing can. */
  undoTitle: string | null;
  /** What a stage may lack: a way to the stores and clocks of the lab's own, a web tier, a
   * Redis with replicas, or one that is a cluster, a PostgreSQL with a replica. Nothing unless told. */
  needs?: FaultNeed;
  /** What must be there before, and breaks nothing. @throws LabError */
  prepare?(stage: StageHands): Promise<void>;
  /** Resolves when it is done. @throws LabError where it cannot be done; nothing is broken then */
  apply(stage: StageHands): Promise<Undo>;
}

export const nothingToUndo: Undo = async () => {};

/** The same for the first instance of every lane, at once. */
export async function eachFirst(
  { lanes }: StageHands,
  work: (instance: StageInstance) => Promise<void>,
): Promise<void> {
  await Promise.all(lanes.map(({ instances }) => work(instances.all[0] as StageInstance)));
}

/** Whose login is ended where one is: the first that is good. */
export function firstGood(lane: Lane): Person | undefined {
  return lane.people().find(({ state }) => state === 'good');
}

/** So many people of each lane log out, or that share of them. */
export async function endLogins({ lanes }: StageHands, howMany: number): Promise<void> {
  await Promise.all(
    lanes.map(async (lane) => {
      const good = lane.people().filter(({ state }) => state === 'good');
      const count = howMany < 1 ? Math.floor(good.length * howMany) : howMany;
      await Promise.all(good.slice(0, count).map((person) => endLogin(lane, person)));
    }),
  );
}

export function endLogin(lane: Lane, person: Person): Promise<number | null> {
  return lane.endLogin(person, { method: 'POST', path: '/auth/logout' });
}
