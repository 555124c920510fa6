/** The options of `lab sustain` and the configuration they make. */

import { DEFAULT_OBJECTIVE, parseObjective } from '../../analyse/objective.js';
import type { SustainConfig } from '../../experiments/sustain/sustain-config.js';
import { WORKLOADS } from '../../load/workloads/registry.js';
import { databaseOf } from '../../model/databases.js';
import { planTrials } from '../../model/planned-trials.js';
import { variantsOf } from '../../model/variant.js';
import { decimal, integer, integers, listOf, type ParsedOptions } from '../parse-options.js';
import { DATABASE_OPTION } from './database-option.js';
import { LIMIT_OPTIONS, limitsFrom } from './limit-options.js';
import { NODE_OPTIONS, nodeOptionsFrom, typedNodeOptions } from './node-options.js';
import { slo } from './objective-option.js';
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

const DEFAULT_CONNECTIONS = 200;

/** @param strategies names that the service offers */
export function sustainOptions(strategies: readonly string[]) {
  return {
    slo: slo(`what users must get, with errors as 0 or in % (${DEFAULT_OBJECTIVE})`),
    strategies: listOf(strategies, 'what to measure (session,jwt,none)'),
    workloads: listOf(
      WORKLOADS.map(({ name }) => name),
      'what is asked for (me)',
    ),
    instances: integers(1, 64, 'numbers of instances, one after the other (1)'),
    rounds: integer(1, 100, 'how often the rate is confirmed, with fresh processes (3)'),
    seconds: decimal(1, 600, 'length of the window that confirms a rate (5)'),
    connections: integer(
      1,
      5000,
      `the most that are under way at once, one user each (${DEFAULT_CONNECTIONS})`,
    ),
    users: integer(MIN_USERS, 10_000, 'users that are seeded (one for each connection)'),
    ...DATABASE_OPTION,
    ...LIMIT_OPTIONS,
    'from-rate': integer(1, 1_000_000, 'requests per second that the search begins with (100)'),
    'to-rate': integer(1, 1_000_000, 'requests per second that it does not exceed (100000)'),
    shards: integer(1, 64, 'load-generating processes (1)'),
    ...NODE_OPTIONS,
    ...RUN_OPTIONS,
  } as const;
}

export type SustainOptions = ParsedOptions<ReturnType<typeof sustainOptions>>;

/**
 * @throws LabError OPTION_INVALID, exit code 2, where options contradict each other
 */
export function sustainConfigFrom(
  options: SustainOptions,
  known: readonly string[],
): SustainConfig {
  const connections = options.connections ?? DEFAULT_CONNECTIONS;
  const strategies =
    options.strategies ?? DEFAULT_STRATEGIES.filter((name) => known.includes(name));
  const plan = {
    variants: variantsOf(strategies),
    workloads: options.workloads ?? ['me'],
    instances: options.instances ?? [1],
    rounds: options.rounds ?? 3,
    seed: options.seed ?? randomSeed(),
  };
  const limits = limitsFrom(options, databaseOf(options));
  const fromRps = options['from-rate'] ?? 100;
  const toRps = options['to-rate'] ?? 100_000;
  const loadWorkers = Math.min(connections, options.shards ?? 1);
  const users = usersOf(options.users, connections, plan.instances);
  refuse(fromRps > toRps, `--from-rate ${fromRps} is more than --to-rate ${toRps}.`);
  return {
    objective: options.slo ?? parseObjective(DEFAULT_OBJECTIVE),
    fromRps,
    toRps,
    run: {
      profile: 'sustain',
      ...plan,
      seconds: options.seconds ?? 5,
      warmUpSeconds: 1,
      connections,
      users,
      ...(options.database && { database: options.database }),
      nodeOptions: nodeOptionsFrom(options['node-options']),
      ...limits,
      posts: POSTS,
      loadWorkers,
      equivalenceMargin: EQUIVALENCE_MARGIN,
      command: repeatCommand(
        'sustain',
        { ...options, slo: options.slo?.text, ...typedNodeOptions(options['node-options']) },
        plan.seed,
      ),
      order: planTrials(plan),
    },
  };
}
