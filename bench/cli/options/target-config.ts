/** What `lab compare --target` measures: a plan, and the configuration once the targets are known. */
import { cpus } from 'node:os';
import {
  blockSeconds,
  TARGET_CONNECTIONS,
  TARGET_PROFILES,
} from '../../experiments/compare/target-profiles.js';
import { workloadNamed } from '../../load/workloads/registry.js';
import { planTrials } from '../../model/planned-trials.js';
import type { RunConfig } from '../../model/result-schema.js';
import type { AllowedAddress } from '../../network/allowed-addresses.js';
import type { OpenTargets } from '../../targets/open-targets.js';
import type { AskedTarget } from '../../targets/target-address.js';
import { agentsConfig } from './agent-options.js';
import { type CompareOptions, offeredFrom, untilSureFrom } from './options.js';
import { EQUIVALENCE_MARGIN, randomSeed, refuse, repeatCommand } from './run-options.js';

/** Of `lab compare`, these say something about targets too. */
const WITH_TARGETS: readonly string[] = [
  ...['target', 'target-users', 'allow', 'profile', 'workloads', 'rounds', 'until-sure'],
  ...['max-rounds', 'seconds', 'turns', 'warm-up', 'connections', 'rate', 'arrivals', 'shards'],
  ...['agents', 'listen', 'agents-wait', 'token-file', 'seed', 'out', 'json'],
];
const ONLY_WITH_TARGETS = ['target-users', 'allow'] as const;

/** @throws LabError OPTION_INVALID, exit code 2, for an option that has a meaning without --target only, or with it only */
export function assertFitsTargets(options: CompareOptions): void {
  const given = Object.entries(options)
    .filter(([, value]) => value !== undefined && value !== false)
    .map(([name]) => name);
  if (options.target === undefined) {
    const alone = ONLY_WITH_TARGETS.find((name) => options[name] !== undefined);
    refuse(alone !== undefined, `--${alone} has a meaning with --target only.`);
    return;
  }
  const other = given.find((name) => !WITH_TARGETS.includes(name));
  refuse(
    other !== undefined,
    `--${other} is about processes that the lab starts, and it starts none of a --target. Leave it out.`,
  );
}

export interface TargetPlan {
  asked: readonly AskedTarget[];
  allowed: readonly AllowedAddress[];
  usersFile: string | undefined;
  workloads: string[];
  connections: number;
  /** Users beyond those of the connections, who log in under load. */
  spareUsers: number;
  seconds: number;
  warmUpSeconds: number;
  lastingSeconds: number;
}

export function targetPlanFrom(options: CompareOptions): TargetPlan {
  const profile = TARGET_PROFILES[options.profile ?? 'quick'];
  const asked = options.target ?? [];
  const connections = options.connections ?? TARGET_CONNECTIONS;
  const workloads = options.workloads ?? profile.workloads;
  const loggingIn = workloads
    .map(workloadNamed)
    .filter(({ logsIn }) => logsIn)
    .map(({ maxConnections = connections }) => Math.min(connections, maxConnections));
  const mostAddresses = Math.max(...asked.map(({ urls }) => urls.length));
  refuse(
    mostAddresses > connections,
    `A target has ${mostAddresses} addresses, and there are ${connections} --connections: one without a connection measures nothing.`,
  );
  const length = {
    seconds: options.seconds ?? profile.seconds,
    warmUpSeconds: options['warm-up'] ?? profile.warmUpSeconds,
  };
  return {
    asked,
    allowed: options.allow ?? [],
    usersFile: options['target-users'],
    workloads,
    connections,
    spareUsers: Math.max(0, ...loggingIn),
    ...length,
    lastingSeconds: blockSeconds(asked.length, length),
  };
}

/** @throws LabError OPTION_INVALID, exit code 2, where options contradict each other */
export function targetConfigFrom(
  options: CompareOptions,
  plan: TargetPlan,
  opened: OpenTargets,
): RunConfig {
  const profile = options.profile ?? 'quick';
  const { workloads, connections, seconds, warmUpSeconds } = plan;
  const rounds = options.rounds ?? TARGET_PROFILES[profile].rounds;
  const seed = options.seed ?? randomSeed();
  const variants = opened.targets.map(({ variant }) => variant);
  const { firstId, lastId } = opened.posts;
  const trials = { variants, workloads, instances: [1], rounds, seed, targets: true as const };
  return {
    profile,
    ...trials,
    seconds,
    warmUpSeconds,
    // Nothing of a target is started anew from round to round.
    fleetsServe: 'plan',
    ...(options.turns !== undefined && { windows: options.turns }),
    connections,
    ...offeredFrom(options),
    ...untilSureFrom(options, rounds),
    ...agentsConfig(options),
    users: connections,
    posts: lastId === 0 ? 0 : lastId - firstId + 1,
    loadWorkers: Math.min(
      connections,
      options.shards ?? Math.max(1, Math.floor(cpus().length / 2)),
    ),
    equivalenceMargin: EQUIVALENCE_MARGIN,
    command: commandOf(options, profile, seed),
    order: planTrials(trials),
  };
}

function commandOf(
  { target: targets = [], allow = [], profile: _named, ...others }: CompareOptions,
  profile: string,
  seed: number,
): string {
  const typed = [
    ...targets.map(({ name, urls }) => `--target ${name}=${urls.map(({ origin }) => origin)}`),
    ...allow.map((each) => `--allow ${each.text}`),
  ];
  const rest = repeatCommand('compare', { profile, ...others }, seed);
  return rest.replace(/ compare /, ` compare ${typed.join(' ')} `);
}
