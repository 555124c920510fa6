/**
 * Everything that the lab knows of a tier (a kind of process of a run), in one place. Measuring, the
 * record of a trial, analysis, reports, plans and the doctor read this table and have none of their
 * own: to add a tier is to add its record here, and the code that starts its processes.
 *
 * A result may name a tier that is not in the table, from a newer lab for instance. It is then shown
 * under its id (see `tierOf`).
 */
import { AsyncLocalStorage } from 'node:async_hooks';

export interface Tier {
  /** In results: the `kind` of a process, and the key of its figures. */
  id: string;
  /** For people, as a heading. */
  label: string;
  /** For people, in a sentence or a table. The same as the label where that is a product's name. */
  word: string;
  /** The program, where people know the tier by it. */
  program?: string;
  /** What has one of it, or one set: each instance, all instances of a variant, the run, the lab itself. */
  scope: 'instance' | 'fleet' | 'run' | 'lab';
  /** `some-strategies`: those that declare it as a companion. One database is in every run. */
  presence: 'every-run' | 'some-runs' | 'some-strategies';
  /** Whether it is one of the databases, of which a run uses one. */
  isDatabase: boolean;
  /**
   * How many cores one process of it can use: 1 where its work is done by one thread, `workers` where it
   * has as many processes as it says, `many` where only all cores of the machine are its limit.
   */
  threads: 1 | 'workers' | 'many';
  /**
   * How CPU time and memory are read: of one process, of a process and its children, or as its product in
   * stores/ says, which may also ask the server over its own protocol.
   */
  reading: 'process' | 'family' | 'store';
  /** What follows for throughput where it is the limit: it used all cores that `threads` gives it. */
  whenBusy: string;
  /** Whether a run can hold a process of it to a share of a core. */
  canBeHeld: boolean;
  /** Colour, and the pattern over it that says the same without colour. */
  fill: { color: string; pattern: Pattern };
  /** Tiers that a request meets earlier have a lower number. */
  place: number;
  /** How a plan sizes it; null where a plan leaves it out. */
  planned: PlannedTier | null;
}

export type Pattern = 'plain' | 'stripes' | 'cross-stripes' | 'dots' | 'squares';

export interface PlannedTier {
  /** What a plan counts, in the plural. */
  servers: string;
  /** Which setting of a plan says how much of a core a server has; absent: a server is a whole core. */
  coresFrom?: 'instanceCores' | 'redisCores';
  /** Less CPU time a request is idle work, spread over the requests. */
  idleMicroseconds: number;
}

const DATABASE = {
  scope: 'run',
  presence: 'some-runs',
  isDatabase: true,
  // A process or a thread for each connection.
  threads: 'many',
  reading: 'store',
  whenBusy:
    'Strategies share that limit, so throughput there hides differences between them. Compare CPU time per request instead.',
  canBeHeld: true,
  fill: { color: '#56B4E9', pattern: 'dots' },
  place: 4,
} as const satisfies Partial<Tier>;

/**
 * In the order in which they came to the format of results, which is that of the columns of trials.csv: a
 * new one stands last. Colours are of Okabe and Ito's palette (https://jfly.uni-koeln.de/color/).
 */
export const TIERS = [
  {
    id: 'application',
    label: 'Application',
    word: 'application',
    scope: 'instance',
    presence: 'every-run',
    isDatabase: false,
    threads: 1,
    reading: 'process',
    whenBusy:
      'Throughput there follows from the CPU time that the application needs for a request.',
    canBeHeld: true,
    fill: { color: '#009E73', pattern: 'plain' },
    place: 2,
    planned: { servers: 'instances', coresFrom: 'instanceCores', idleMicroseconds: 0 },
  },
  {
    id: 'redis',
    label: 'Redis',
    word: 'Redis',
    scope: 'run',
    presence: 'every-run',
    isDatabase: false,
    // Commands run on its main thread.
    threads: 1,
    reading: 'store',
    whenBusy:
      'More instances cannot raise throughput there: the shared session store is the limit to scaling.',
    canBeHeld: true,
    fill: { color: '#F0E442', pattern: 'stripes' },
    place: 3,
    // A command takes Redis about a microsecond.
    planned: { servers: 'Redis shards', coresFrom: 'redisCores', idleMicroseconds: 0.5 },
  },
  {
    ...DATABASE,
    id: 'postgres',
    label: 'PostgreSQL',
    word: 'PostgreSQL',
    // A statement takes a database tens of microseconds.
    planned: { servers: 'PostgreSQL cores', idleMicroseconds: 1 },
  },
  {
    id: 'loadGenerator',
    label: 'Load generator',
    word: 'load generator',
    scope: 'lab',
    presence: 'every-run',
    isDatabase: false,
    threads: 1,
    reading: 'process',
    whenBusy:
      'Throughput there is a lower bound: the service could have answered more than it was asked.',
    canBeHeld: false,
    fill: { color: '#eeeeee', pattern: 'plain' },
    place: 7,
    planned: null,
  },
  {
    id: 'authority',
    label: 'Authority',
    word: 'authority',
    scope: 'fleet',
    presence: 'some-strategies',
    isDatabase: false,
    threads: 1,
    reading: 'process',
    whenBusy: 'More instances cannot raise throughput there: all of them ask the one authority.',
    canBeHeld: false,
    fill: { color: '#CC79A7', pattern: 'cross-stripes' },
    place: 5,
    planned: { servers: 'authorities', coresFrom: 'instanceCores', idleMicroseconds: 1 },
  },
  {
    id: 'web',
    label: 'Web tier',
    word: 'web tier',
    program: 'nginx',
    scope: 'fleet',
    presence: 'some-runs',
    isDatabase: false,
    threads: 'workers',
    reading: 'family',
    whenBusy: 'More instances cannot raise throughput there: all requests pass the one nginx.',
    canBeHeld: false,
    fill: { color: '#E69F00', pattern: 'squares' },
    place: 1,
    planned: null,
  },
  {
    id: 'prediction',
    label: 'Prediction server',
    word: 'prediction server',
    scope: 'fleet',
    presence: 'some-runs',
    isDatabase: false,
    threads: 1,
    reading: 'process',
    whenBusy:
      'More instances cannot raise throughput there: all of them ask the one prediction server.',
    canBeHeld: false,
    fill: { color: '#D55E00', pattern: 'dots' },
    place: 6,
    planned: null,
  },
  {
    ...DATABASE,
    id: 'mariadb',
    label: 'MariaDB',
    word: 'MariaDB',
    planned: { servers: 'MariaDB cores', idleMicroseconds: 1 },
  },
  {
    id: 'network',
    label: 'Delaying proxy',
    word: 'delaying proxy',
    scope: 'lab',
    presence: 'some-runs',
    isDatabase: false,
    threads: 1,
    reading: 'process',
    whenBusy:
      'Throughput there is a lower bound: the way to the stores was full, which a network would not have been.',
    canBeHeld: false,
    fill: { color: '#dddddd', pattern: 'dots' },
    place: 8,
    planned: null,
  },
] as const satisfies readonly Tier[];

const more = new AsyncLocalStorage<readonly Tier[]>();

/** Every tier that the lab knows, in the order of the table. */
export function allTiers(): readonly Tier[] {
  return [...TIERS, ...(more.getStore() ?? [])];
}

/**
 * Runs `use` with a longer table, for a test that adds a tier. Whatever `use` calls or awaits sees the
 * added tiers, and nothing else does, so no test can leave one behind:
 *
 *     await withMoreTiers([{ ...tierOf('prediction'), id: 'vault', … }], async () => { … });
 */
export function withMoreTiers<Outcome>(added: readonly Tier[], use: () => Outcome): Outcome {
  return more.run([...(more.getStore() ?? []), ...added], use);
}

/**
 * @returns the record of a tier. One that the lab does not know is called by its id, comes last, and is
 *   the limit of a trial only where it used all cores: any smaller claim would need to know its threads.
 */
export function tierOf(id: string): Tier {
  return (
    allTiers().find((tier) => tier.id === id) ?? {
      id,
      label: id,
      word: id,
      scope: 'fleet',
      presence: 'some-runs',
      isDatabase: false,
      threads: 'many',
      reading: 'process',
      whenBusy: 'This lab does not know that tier, so it cannot say what follows for throughput.',
      canBeHeld: false,
      fill: { color: '#999999', pattern: 'stripes' },
      place: Number.POSITIVE_INFINITY,
      planned: null,
    }
  );
}

export function isKnownTier(id: string): boolean {
  return allTiers().some((tier) => tier.id === id);
}

/** "the web tier", "Redis" */
export function inSentence({ label, word }: Tier): string {
  return label === word ? word : `the ${word}`;
}

/** In the order in which a request meets them; the load generator, which is no stop of it, after them. */
export function inOrderOfRequest(tiers: readonly Tier[]): Tier[] {
  // Infinity less Infinity is no number.
  return [...tiers].sort((one, other) => (one.place === other.place ? 0 : one.place - other.place));
}

const SCOPES: readonly Tier['scope'][] = ['lab', 'instance', 'fleet', 'run'];

/** From what is nobody's but the lab's to what most share; within that in the order of a request. */
export function inOrderOfScope(tiers: readonly Tier[]): Tier[] {
  return inOrderOfRequest(tiers).sort(
    (one, other) => SCOPES.indexOf(one.scope) - SCOPES.indexOf(other.scope),
  );
}
