/** The options of `lab compare` and the configuration they make. */
import { cpus } from 'node:os';
import { PROFILE_NAMES, PROFILES } from '../../experiments/compare/profiles.js';
import { ARRIVALS } from '../../load/open-loop/arrivals.js';
import { WORKLOADS } from '../../load/workloads/registry.js';
import { databaseOf } from '../../model/databases.js';
import { planTrials } from '../../model/planned-trials.js';
import { QUESTIONS, type RunConfig } from '../../model/result-schema.js';
import { variantsOf } from '../../model/variant.js';
import { decimal, integer, integers, listOf, oneOf, type ParsedOptions } from '../parse-options.js';
import { AGENT_OPTIONS, agentsConfig } from './agent-options.js';
import { DATABASE_OPTION } from './database-option.js';
import { LATENCY_OPTION, latencyFrom, typedLatency } from './latency-option.js';
import { LIMIT_OPTIONS, limitsFrom } from './limit-options.js';
import { NODE_OPTIONS, nodeOptionsFrom, typedNodeOptions } from './node-options.js';
import { REDIS_OPTION, recordedRedis } from './redis-option.js';
import {
  DEFAULT_STRATEGIES,
  EQUIVALENCE_MARGIN,
  MIN_USERS,
  POSTS,
  RUN_OPTIONS,
  randomSeed,
  refuse,
  repeatCommand,
  usersOf,
} from './run-options.js';
import { assertVariants, setOption, typedSet } from './set-option.js';
import { TARGET_OPTIONS } from './target-option.js';
import { WEB_OPTIONS, webFrom } from './web-options.js';

const DEFAULT_CONNECTIONS = 100;
/** Enough that each of many instances finds a request waiting when it may work. */
const LEAST_CONNECTIONS_PER_INSTANCE = 8;
const MOST_ROUNDS_FACTOR = 5;

/** @param strategies names that the service offers */
export function compareOptions(strategies: readonly string[]) {
  return {
    questions: listOf(QUESTIONS, 'which questions to answer (all three)'),
    profile: oneOf(PROFILE_NAMES, 'how much to measure (quick)'),
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
      'least seconds of load before the window; it goes on until every instance is warm',
    ),
    connections: integer(
      1,
      5000,
      `kept open by the load generator, one user each (${DEFAULT_CONNECTIONS}, or ${LEAST_CONNECTIONS_PER_INSTANCE} for each instance of the most)`,
    ),
    'connections-per-instance': integer(
      1,
      500,
      'instead of --connections: so many for each instance',
    ),
    ...DATABASE_OPTION,
    ...REDIS_OPTION,
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
    ...LATENCY_OPTION,
    set: setOption,
    ...NODE_OPTIONS,
    ...WEB_OPTIONS,
    ...TARGET_OPTIONS,
    ...AGENT_OPTIONS,
    ...RUN_OPTIONS,
  } as const;
}

export type CompareOptions = ParsedOptions<ReturnType<typeof compareOptions>>;

/**
 * @throws LabError OPTION_INVALID, exit code 2, where options contradict each other
 */
export function configFrom(options: CompareOptions, known: readonly string[]): RunConfig {
  const profileName = options.profile ?? 'quick';
  const profile = PROFILES[profileName];
  const strategies =
    options.strategies ?? DEFAULT_STRATEGIES.filter((name) => known.includes(name));
  const plan = {
    variants: variantsOf(strategies, options.set),
    workloads: options.workloads ?? profile.workloads,
    instances: options.instances ?? profile.instances,
    rounds: options.rounds ?? profile.rounds,
    seed: options.seed ?? randomSeed(),
  };
  const { connections, connectionsPerInstance } = connectionsFrom(
    options,
    Math.max(...plan.instances),
  );
  const users = usersOf(options.users, connections, plan.instances);
  const loadWorkers = Math.min(
    connections,
    options.shards ?? Math.max(1, Math.floor(cpus().length / 2)),
  );
  const seconds = options.seconds ?? profile.seconds;
  const limits = limitsFrom(options, databaseOf(options));
  assertVariants(options.set, plan.variants);
  const web = webFrom(options);
  return {
    profile: profileName,
    ...plan,
    seconds,
    ...(options.turns !== undefined && { windows: options.turns }),
    warmUpSeconds: options['warm-up'] ?? profile.warmUpSeconds,
    connections,
    ...(connectionsPerInstance !== undefined && { connectionsPerInstance }),
    ...(options.database && { database: options.database }),
    nodeOptions: nodeOptionsFrom(options['node-options']),
    ...limits,
    ...offeredFrom(options),
    ...web,
    ...latencyFrom(options['store-latency']),
    ...recordedRedis(options, {
      ...limits,
      ...latencyFrom(options['store-latency']),
    }),
    ...untilSureFrom(options, plan.rounds),
    ...agentsConfig(options),
    users,
    posts: POSTS,
    loadWorkers,
    equivalenceMargin: EQUIVALENCE_MARGIN,
    command: commandOf(options, profileName, plan.seed),
    order: planTrials({ ...plan, ...web }),
  };
}

/** The most that a trial has, and how many for each instance where that is fixed. */
function connectionsFrom(options: CompareOptions, mostInstances: number) {
  const connectionsPerInstance = options['connections-per-instance'];
  refuse(
    connectionsPerInstance !== undefined && options.connections !== undefined,
    'Take --connections or --connections-per-instance, not both.',
  );
  if (connectionsPerInstance !== undefined) {
    return { connections: connectionsPerInstance * mostInstances, connectionsPerInstance };
  }
  // The same for every number of instances: a store's cost per command depends on how many wait for it.
  const unlessTold = Math.max(DEFAULT_CONNECTIONS, LEAST_CONNECTIONS_PER_INSTANCE * mostInstances);
  return { connections: options.connections ?? unlessTold };
}

export function offeredFrom({ rate, arrivals }: CompareOptions): Pick<RunConfig, 'offered'> {
  refuse(
    rate === undefined && arrivals !== undefined,
    '--arrivals has a meaning with --rate only.',
  );
  return rate === undefined ? {} : { offered: { rateRps: rate, arrivals: arrivals ?? 'poisson' } };
}

/** Each look at the verdicts is a chance of a false one, so their number is fixed before. */
export function untilSureFrom(options: CompareOptions, step: number): Pick<RunConfig, 'untilSure'> {
  const maxRounds = options['max-rounds'] ?? step * MOST_ROUNDS_FACTOR;
  refuse(
    !options['until-sure'] && options['max-rounds'] !== undefined,
    '--max-rounds has a meaning with --until-sure only.',
  );
  if (!options['until-sure']) return {};
  refuse(
    step < 2 || maxRounds < step,
    `--until-sure needs 2 rounds or more to begin with, and --max-rounds not below them; they are ${step} and ${maxRounds}.`,
  );
  return { untilSure: { step, maxRounds, looks: Math.ceil(maxRounds / step) } };
}

/** As it is to be typed: the profile stands first, whether it was named or not. */
function commandOf(options: CompareOptions, profile: string, seed: number): string {
  const {
    profile: _named,
    questions: _none,
    set,
    'node-options': nodeOptions,
    'store-latency': latencyMs,
    ...others
  } = options;
  const typed = {
    ...typedNodeOptions(nodeOptions),
    ...typedLatency(latencyMs),
    ...(set && { set: typedSet(set) }),
  };
  return repeatCommand('compare', { profile, ...others, ...typed }, seed);
}
