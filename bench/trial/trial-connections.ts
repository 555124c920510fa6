/**
 * Who the connections of a trial act as. Most credentials are good at every instance and last for the
 * run; those with their state in one instance are got anew from each instance of each trial.
 */

import type { SeededData } from '../fleet/service-commands.js';
import { type Credentials, logInAll } from '../load/credentials.js';
import { spreadOverInstances } from '../load/spread.js';
import type { Connection, Workload } from '../load/workload.js';
import { workloadNamed } from '../load/workloads/registry.js';
import type { DescribedStrategy, RunConfig } from '../model/result-schema.js';
import { type ConnectionsConfig, connectionsOf } from './connections-of.js';

export interface TrialConnections {
  connections: Connection[];
  /** The first user at each instance, in the order of the instances: all must get one answer. */
  probes: Connection[];
}

export interface ConnectInput {
  strategy: Pick<DescribedStrategy, 'stateIn'>;
  workload: Workload;
  config: ConnectionsConfig & Pick<RunConfig, 'users'>;
  seeded: SeededData;
  /** Got before the trial, in the order of the seeded users; not used where state is in instances. */
  credentials: Credentials;
  origins: readonly string[];
  signal: AbortSignal;
}

/**
 * @throws LabError LOGIN_FAILED
 */
export async function connectTrial(input: ConnectInput): Promise<TrialConnections> {
  if (isBoundToInstance(input.strategy)) return connectToEachInstance(input);
  const { credentials, origins } = input;
  const [first] = credentials as [Credentials[number]];
  return {
    connections: spreadOverInstances(usersFor(input, origins.length), origins),
    probes: origins.map((origin, instance) => ({ ...first, origin, instance })),
  };
}

/** Whether a credential is known to the instance that gave it and dies with it. */
export function isBoundToInstance({ stateIn }: Pick<DescribedStrategy, 'stateIn'>): boolean {
  return stateIn === 'instance';
}

/** How many logins a trial begins with. */
export function loginsBefore(
  { connections, instances }: { connections: number; instances: number },
  workload: Pick<Workload, 'logsIn'>,
  strategy: Pick<DescribedStrategy, 'stateIn'>,
): number {
  if (!isBoundToInstance(strategy)) return 0;
  // The first user is one of the connections; the other instances log it in for the probe.
  return workload.logsIn ? instances : connections + instances - 1;
}

/**
 * Users seeded beyond those of the run, for workloads that log in. The service keeps so many logins
 * of a user and then ends the oldest: a run would end the credentials it got at its beginning.
 */
export function reservedUsers({ workloads, connections }: RunConfig): number {
  const counts = workloads
    .map(workloadNamed)
    .filter(({ logsIn }) => logsIn)
    .map(({ maxConnections = connections }) => Math.min(connections, maxConnections));
  return Math.max(0, ...counts);
}

/** The users of the connections, each with a credential unless the workload needs none. */
export function usersFor(
  {
    workload,
    config,
    seeded,
    credentials,
  }: Pick<ConnectInput, 'workload' | 'config' | 'seeded' | 'credentials'>,
  instances: number,
): Credentials {
  const count = connectionsOf(config, workload, instances);
  if (!workload.logsIn) return credentials.slice(0, count);
  return withoutCredential(seeded.users.slice(config.users, config.users + count), seeded.password);
}

async function connectToEachInstance(input: ConnectInput): Promise<TrialConnections> {
  const { workload, seeded, origins, signal } = input;
  const [first] = seeded.users as [SeededData['users'][number]];
  const credentials = withoutCredential(seeded.users, seeded.password);
  const connections = spreadOverInstances(
    usersFor({ ...input, credentials }, origins.length),
    origins,
  );
  const known = await Promise.all(
    origins.map((origin, instance) => {
      const mine = connections.filter((each) => each.instance === instance && !workload.logsIn);
      const users = new Set([first.id, ...mine.map(({ user }) => user.id)]);
      const wanted = seeded.users.filter(({ id }) => users.has(id));
      return logInAll(origin, wanted, seeded.password, signal);
    }),
  );
  const credentialOf = (instance: number, userId: number) =>
    known[instance]?.find(({ user }) => user.id === userId)?.credential ?? {};
  return {
    connections: connections.map((each) => ({
      ...each,
      credential: credentialOf(each.instance, each.user.id),
    })),
    probes: origins.map((origin, instance) => ({
      user: first,
      password: seeded.password,
      credential: credentialOf(instance, first.id),
      origin,
      instance,
    })),
  };
}

export function withoutCredential(users: SeededData['users'], password: string): Credentials {
  return users.map((user) => ({ user, password, credential: {} }));
}
