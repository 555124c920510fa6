/** The options of `lab compare` and the configuration they make. */
import { cpus } from 'node:os';
import { armNames } from '../analyse/arms.js';
import { ARRIVALS } from '../load/open-loop/arrivals.js';
import { WORKLOADS } from '../load/workloads/registry.js';
import {
  decimal,
  integer,
  integers,
  listOf,
  oneOf,
  type ParsedOptions,
  text,
  usageError,
  variables,
} from '../options.js';
import { planTrials } from '../plan.js';
import type { RunConfig } from '../result/schema.js';
import { LIMIT_OPTIONS, limitsFrom } from './limit-options.js';
import { PROFILE_NAMES, PROFILES } from './profiles.js';

/** Compared unless others are named, as far as the service has them. */
const DEFAULT_STRATEGIES = ['session', 'jwt', 'none'];
const DEFAULT_CONNECTIONS = 100;
/** Every connection is a user of its own, so that no store keeps a single hot key. */
const MIN_USERS = 100;
const POSTS = 10_000;
/** Within 5 % counts as equal. */
const HORIZON = 0.05;
/** Enough that an instance always finds a request waiting when it may work. */
const CONNECTIONS_PER_HELD_INSTANCE = 16;
const MOST_ROUNDS_FACTOR = 5;
const SEED_LIMIT = 2 ** 31 - 1;

/** @param strategies names that the service offers */
export function compareOptions(strategies: readonly string[]) {
  return {
    profile: oneOf(PROFILE_NAMES, 'what to measure unless the other options say more (quick)'),
    strategies: listOf(strategies, 'what to compare; a name twice compares it with itself', {
      repeats: true,
    }),
    workloads: listOf(
      WORKLOADS.map((workload) => workload.name),
      'what the connections ask for',
    ),
    instances: integers(1, 64, 'numbers of instances, one after the other'),
    rounds: integer(1, 1000, 'how often everything is repeated'),
    'until-sure': {
      flag: true,
      help: 'adds rounds of what is still unsure, as many at once as --rounds, up to --max-rounds',
    },
    'max-rounds': integer(2, 1000, `with --until-sure (${MOST_ROUNDS_FACTOR} times --rounds)`),
    seconds: decimal(0.5, 600, 'length of the measured window of a trial'),
    turns: integer(
      1,
      64,
      'windows that a trial is cut into, in turn with the other strategies (0.1 s each where it can be)',
    ),
    'warm-up': decimal(
      0,
      600,
      'seconds of load before the window of me on 1 instance; others take a multiple',
    ),
    connections: integer(
      1,
      5000,
      `kept open by the load generator, one user each (${DEFAULT_CONNECTIONS})`,
    ),
    'connections-per-instance': integer(
      1,
      500,
      `instead of --connections: so many for each instance (${CONNECTIONS_PER_HELD_INSTANCE} with --instance-cpu)`,
    ),
    ...LIMIT_OPTIONS,
    rate: decimal(
      1,
      1_000_000,
      'requests per second, sent by a plan whatever the answers do (closed loop: as fast as answered)',
    ),
    arrivals: oneOf(ARRIVALS, 'with --rate: independent users, or one equal gap (poisson)'),
    users: integer(
      MIN_USERS,
      10_000,
      'users that are seeded and logged in (one for each connection)',
    ),
    shards: integer(1, 64, 'load-generating processes (half the cores)'),
    set: variables(
      'environment variables of one side, for instance session#2.UV_THREADPOOL_SIZE=2 beside --strategies session,session',
    ),
    seed: integer(
      0,
      SEED_LIMIT,
      'of the order and the requests; the same seed repeats them (random)',
    ),
    out: text('FOLDER', 'where the folder of the result is made (results)'),
    json: {
      flag: true,
      help: 'the summary as JSON on standard output, all else on standard error',
    },
  } as const;
}

export type CompareOptions = ParsedOptions<ReturnType<typeof compareOptions>>;

/**
 * @throws LabError OPTION_INVALID, exit code 2, where options contradict each other
 */
export function configFrom(options: CompareOptions, known: readonly string[]): RunConfig {
  const profileName = options.profile ?? 'quick';
  const profile = PROFILES[profileName];
  const plan = {
    strategies: options.strategies ?? DEFAULT_STRATEGIES.filter((name) => known.includes(name)),
    workloads: options.workloads ?? profile.workloads,
    instances: options.instances ?? profile.instances,
    rounds: options.rounds ?? profile.rounds,
    seed: options.seed ?? Math.floor(Math.random() * SEED_LIMIT),
  };
  const mostInstances = Math.max(...plan.instances);
  const { connections, connectionsPerInstance } = connectionsFrom(options, mostInstances);
  const users = options.users ?? Math.max(MIN_USERS, connections);
  if (users < connections) {
    throw usageError(
      'OPTION_INVALID',
      `--users ${users} is fewer than the ${connections} connections; each connection is a user of its own.`,
    );
  }
  if (mostInstances > connections) {
    throw usageError(
      'OPTION_INVALID',
      `--instances ${mostInstances} is more than the ${connections} connections; an instance without a connection measures nothing.`,
    );
  }
  const shards = Math.min(
    connections,
    options.shards ?? Math.max(1, Math.floor(cpus().length / 2)),
  );
  const seconds = options.seconds ?? profile.seconds;
  const cpuLimits = limitsFrom(options);
  assertArms(options.set, plan.strategies);
  return {
    profile: profileName,
    ...plan,
    seconds,
    ...(options.turns !== undefined && { turns: options.turns }),
    warmUpSeconds: options['warm-up'] ?? profile.warmUpSeconds,
    connections,
    ...(connectionsPerInstance !== undefined && { connectionsPerInstance }),
    ...(cpuLimits && { cpuLimits }),
    ...offeredFrom(options),
    ...untilSureFrom(options, plan.rounds),
    ...(options.set && { variables: options.set }),
    users,
    posts: POSTS,
    shards,
    horizon: HORIZON,
    command: repeatCommand(options, profileName, plan.seed),
    order: planTrials(plan),
  };
}

/** The most that a trial has, and how many for each instance where that is fixed. */
function connectionsFrom(options: CompareOptions, mostInstances: number) {
  const given = options['connections-per-instance'];
  if (given !== undefined && options.connections !== undefined) {
    throw usageError(
      'OPTION_INVALID',
      'Take --connections or --connections-per-instance, not both.',
    );
  }
  const isHeld = options['instance-cpu'] !== undefined && options.connections === undefined;
  const connectionsPerInstance = given ?? (isHeld ? CONNECTIONS_PER_HELD_INSTANCE : undefined);
  if (connectionsPerInstance !== undefined) {
    return { connections: connectionsPerInstance * mostInstances, connectionsPerInstance };
  }
  return { connections: options.connections ?? DEFAULT_CONNECTIONS };
}

function offeredFrom({ rate, arrivals }: CompareOptions): Pick<RunConfig, 'offered'> {
  if (rate !== undefined) return { offered: { rateRps: rate, arrivals: arrivals ?? 'poisson' } };
  if (arrivals === undefined) return {};
  throw usageError('OPTION_INVALID', '--arrivals has a meaning with --rate only.');
}

function assertArms(set: CompareOptions['set'], strategies: readonly string[]): void {
  const arms = armNames(strategies);
  const unknown = Object.keys(set ?? {}).find((owner) => !arms.includes(owner));
  if (unknown === undefined) return;
  throw usageError(
    'OPTION_INVALID',
    `--set names "${unknown}", which is no side of this run. Its sides: ${arms.join(', ')}.`,
  );
}

/** Each look at the verdicts is a chance of a false one, so their number is fixed before. */
function untilSureFrom(options: CompareOptions, step: number): Pick<RunConfig, 'untilSure'> {
  const maxRounds = options['max-rounds'] ?? step * MOST_ROUNDS_FACTOR;
  if (!options['until-sure']) {
    if (options['max-rounds'] === undefined) return {};
    throw usageError('OPTION_INVALID', '--max-rounds has a meaning with --until-sure only.');
  }
  if (step < 2 || maxRounds < step) {
    throw usageError(
      'OPTION_INVALID',
      `--until-sure needs 2 rounds or more to begin with, and --max-rounds not below them; they are ${step} and ${maxRounds}.`,
    );
  }
  return { untilSure: { step, maxRounds, looks: Math.ceil(maxRounds / step) } };
}

/** As it was typed; quoted, since a shell takes # for a comment. */
function textOfVariables(set: CompareOptions['set']): string {
  const parts = Object.entries(set ?? {}).flatMap(([owner, values]) =>
    Object.entries(values).map(([name, value]) => `${owner}.${name}=${value}`),
  );
  return `'${parts.join(',')}'`;
}

/** What was asked for, and the seed, which fixes the rest. Where the result goes is no part of it. */
function repeatCommand(options: CompareOptions, profile: string, seed: number): string {
  const given = Object.entries(options)
    .filter(
      ([name, value]) =>
        value !== undefined &&
        value !== false &&
        !['profile', 'seed', 'out', 'json'].includes(name),
    )
    .map(([name, value]) => {
      if (value === true) return `--${name}`;
      return `--${name} ${name === 'set' ? textOfVariables(options.set) : value}`;
    });
  return ['npm run lab -- compare', `--profile ${profile}`, ...given, `--seed ${seed}`].join(' ');
}
