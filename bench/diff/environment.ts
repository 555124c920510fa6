/**
 * What differs between two runs besides what was measured, as a table: to look at one more thing is to
 * add a line. Seeds and times of day are meant to differ and are not looked at.
 */

import { type DatabaseName, databaseOf } from '../model/databases.js';
import type { Environment, Result, RunConfig } from '../model/result-schema.js';
import { tierOf } from '../model/tiers.js';
import { countOf } from '../text/count-of.js';

/**
 * - code: what a comparison of two runs is usually about
 * - conditions: the figures of one run are not quite those of the other; small changes mean little
 * - machine: the runs measured different machines; no change says anything of the code
 */
export type Weight = 'code' | 'conditions' | 'machine';

export interface EnvironmentDifference {
  weight: Weight;
  what: string;
  a: string;
  b: string;
}

interface Look {
  weight: Weight;
  what: string;
  of(run: { environment: Environment; config: RunConfig }): string;
}

const LOOKS: readonly Look[] = [
  { weight: 'machine', what: 'processor', of: ({ environment }) => environment.cpuModel },
  { weight: 'machine', what: 'cores', of: ({ environment }) => String(environment.cores) },
  { weight: 'machine', what: 'system', of: ({ environment }) => environment.platform },
  { weight: 'conditions', what: 'memory', of: ({ environment }) => gigabytes(environment) },
  { weight: 'conditions', what: 'kernel', of: ({ environment }) => environment.kernel },
  { weight: 'conditions', what: 'Node.js', of: ({ environment }) => environment.node },
  {
    weight: 'conditions',
    what: 'database',
    of: ({ environment, config }) => databaseIn(environment, databaseOf(config)),
  },
  { weight: 'conditions', what: 'Redis', of: ({ environment }) => store(environment.redis) },
  {
    weight: 'code',
    what: 'commit',
    // That of the lab says nothing of the code of a target.
    of: ({ environment, config }) =>
      config.targets ? 'not known (targets)' : commitOf(environment),
  },
  { weight: 'code', what: 'version of the lab', of: ({ environment }) => environment.lab },
  { weight: 'conditions', what: 'profile', of: ({ config }) => config.profile },
  { weight: 'conditions', what: 'window', of: ({ config }) => `${config.seconds} s` },
  { weight: 'conditions', what: 'windows', of: ({ config }) => String(config.windows ?? 'none') },
  { weight: 'conditions', what: 'warm-up', of: ({ config }) => `${config.warmUpSeconds} s` },
  { weight: 'conditions', what: 'connections', of: ({ config }) => connectionsOf(config) },
  { weight: 'conditions', what: 'users', of: ({ config }) => String(config.users) },
  { weight: 'conditions', what: 'posts', of: ({ config }) => String(config.posts) },
  {
    weight: 'conditions',
    what: 'load workers',
    of: ({ config }) => String(config.loadWorkers),
  },
  {
    weight: 'conditions',
    what: 'agents that send',
    of: ({ config }) => String(config.agents ?? 'none'),
  },
  { weight: 'conditions', what: 'web tier', of: ({ config }) => config.web?.balance ?? 'none' },
  {
    weight: 'conditions',
    what: 'nginx',
    of: ({ environment }) => environment.web?.version ?? 'none',
  },
  {
    weight: 'conditions',
    what: 'flags of Node.js',
    of: ({ config }) => config.nodeOptions?.join(' ') || 'none',
  },
  {
    weight: 'conditions',
    what: 'way to the stores',
    of: ({ config }) => (config.storeLatencyMs ? `${config.storeLatencyMs} ms each way` : 'direct'),
  },
  {
    weight: 'conditions',
    what: 'servers of Redis',
    of: ({ config }) => config.redis ?? 'one',
  },
  { weight: 'conditions', what: 'limits of CPU time', of: ({ config }) => limitsOf(config) },
  { weight: 'conditions', what: 'targets', of: ({ config }) => targetsOf(config) },
  {
    weight: 'conditions',
    what: 'variables of one variant',
    of: ({ config }) => variablesOf(config),
  },
];

export function environmentDifferences(a: Result, b: Result): EnvironmentDifference[] {
  const looked = LOOKS.map(({ weight, what, of }) => ({ weight, what, a: of(a), b: of(b) }));
  return [...looked, ...packageLooks(a.environment, b.environment)].filter(
    (known) => known.a !== known.b,
  );
}

function packageLooks(a: Environment, b: Environment): EnvironmentDifference[] {
  const names = [...new Set([...Object.keys(a.packages), ...Object.keys(b.packages)])];
  return names.map((name) => ({
    weight: 'code',
    what: `package ${name}`,
    a: a.packages[name] ?? 'none',
    b: b.packages[name] ?? 'none',
  }));
}

/** Two runs with changes that no commit holds may differ in anything. */
function commitOf({ commit, dirty }: Environment): string {
  if (commit === null) return 'unknown';
  return `${commit.slice(0, 12)}${dirty ? ' with changes that were not committed' : ''}`;
}

function gigabytes({ memoryBytes }: Environment): string {
  return `${(memoryBytes / 1e9).toFixed(1)} GB`;
}

function targetsOf({ variants }: RunConfig): string {
  const targets = variants.flatMap(({ id, target }) =>
    target ? [`${id} at ${target.addresses.map(({ url }) => url).join(', ')}`] : [],
  );
  return targets.join('; ') || 'none';
}

/** Its name first: figures over two databases compare these before anything else. */
function databaseIn(environment: Environment, database: DatabaseName): string {
  return `${tierOf(database).label}: ${store(environment[database] ?? null)}`;
}

function store(found: Environment['postgres']): string {
  return found ? `${found.version}, ${found.startedBy}` : 'not used';
}

function connectionsOf({ connections, connectionsPerInstance }: RunConfig): string {
  return connectionsPerInstance === undefined
    ? String(connections)
    : `${connectionsPerInstance} for each instance`;
}

function variablesOf({ variants }: RunConfig): string {
  const given = variants.flatMap(({ id, environment }) =>
    Object.entries(environment).map(([name, value]) => `${id}.${name}=${value}`),
  );
  return given.length === 0 ? 'none' : given.sort().join(', ');
}

function limitsOf({ cpuLimits, allowUnlimited }: RunConfig): string {
  const limits = Object.entries(cpuLimits ?? {}).filter(([, cores]) => cores !== null);
  return limits.length === 0
    ? 'none'
    : limits.map(([kind, cores]) => `${kind} ${countOf(cores as number, 'core')}`).join(', ') +
        (allowUnlimited ? ', where they can be had' : '');
}
