/**
 * Before the first trial: every user is logged in, once a strategy, and a load generator that warms no
 * block up sends every workload once, for nobody's record. With code that is not yet compiled it would make the first
 * trials more expensive than the last.
 */

import { type Fleet, instanceEnvironment, serviceCompanion, startFleet } from '../fleet/fleet.js';
import { mintLogins, type SeededData } from '../fleet/service-commands.js';
import { monotonicClock } from '../load/clock.js';
import { type Credentials, credentialOf, logInAll } from '../load/credentials.js';
import { spreadOverInstances } from '../load/spread.js';
import type { Connection, Workload } from '../load/workload.js';
import { workloadNamed } from '../load/workloads/registry.js';
import { LabError } from '../model/errors.js';
import { strategiesOf } from '../model/variant.js';
import { countOf } from '../text/count-of.js';
import { strategyNamed, type TrialContext } from './context.js';
import { deleteLeftovers } from './instance-requests.js';

import { isBoundToInstance, usersFor } from './trial-connections.js';

const SECONDS_EACH = 0.6;
/** Who log in as people do, by a password; that is as slow as it should be, so all others get theirs without. */
const BY_PASSWORD = 8;

export interface Rehearsed {
  /** By strategy, in the order of the seeded users. */
  credentials: ReadonlyMap<string, Credentials>;
  /** How long one login of many took, on one instance. */
  secondsPerLogin: number;
}

/**
 * One instance of each strategy serves both; what it issues must be good at every later instance.
 * Where it cannot be, users log in again in each trial; here only as far as the rehearsal needs it.
 *
 * @throws LabError when an instance, a login or the load generator fails
 */
export async function logInAndRehearse(
  context: TrialContext,
  say: (message: string) => void,
): Promise<Rehearsed> {
  const { seeded, signal, config } = context;
  const users = seeded.users.slice(0, config.users);
  const strategies = strategiesOf(config.variants);
  const fleets = await startOneOfEach(strategies, context);
  try {
    const credentials = new Map<string, Credentials>();
    let logins = 0;
    let spentMs = 0;
    for (const [index, strategy] of strategies.entries()) {
      signal.throwIfAborted();
      const bound = isBoundToInstance(strategyNamed(strategy, context));
      if (bound && index > 0) continue;
      const wanted = bound ? users.slice(0, config.connections) : users;
      say(`Logging ${countOf(wanted.length, 'user')} in: ${strategy}`);
      const fleet = fleets[index] as Fleet;
      const byPassword = bound ? wanted : wanted.slice(0, BY_PASSWORD);
      const fromMs = performance.now();
      const first = await logInAll(originOf(fleet), byPassword, seeded.password, signal);
      spentMs += performance.now() - fromMs;
      logins += byPassword.length;
      const others = wanted.slice(byPassword.length);
      credentials.set(strategy, [
        ...first,
        ...(others.length > 0 ? await mintFor(others, strategy, fleet, context) : []),
      ]);
    }
    const secondsPerLogin = spentMs / 1000 / logins;
    if (!context.mode.warmsUp) {
      say('Rehearsing the load');
      const [fleet] = fleets as [Fleet];
      await rehearse(context, (workload) =>
        spreadOverInstances(
          usersFor(
            {
              workload,
              config,
              seeded,
              credentials: credentials.get(strategies[0] as string) ?? [],
            },
            1,
          ),
          [originOf(fleet)],
        ),
      );
    }
    return { credentials, secondsPerLogin };
  } finally {
    await Promise.all(fleets.map((fleet) => fleet.stop()));
  }
}

/** Credentials as logins give them, made by the code of the service. @throws LabError SERVICE_FAILED */
async function mintFor(
  users: SeededData['users'],
  strategy: string,
  fleet: Fleet,
  { seeded: { password, users: all }, serviceEnvironment, guardian, signal }: TrialContext,
): Promise<Credentials> {
  const last = users.at(-1)?.id;
  const logins = await mintLogins(
    { ...serviceEnvironment, ...instanceEnvironment(strategy, fleet.companions) },
    all.findIndex(({ id }) => id === last) + 1,
    guardian,
  );
  signal.throwIfAborted();
  const known = new Map(logins.map((login) => [login.userId, login]));
  return users.map((user) => {
    const login = known.get(user.id);
    if (!login) throw new LabError('SERVICE_FAILED', `mint-logins made none for user ${user.id}.`);
    return { user, password, credential: credentialOf(login.token, login.cookies) };
  });
}

async function startOneOfEach(strategies: string[], context: TrialContext): Promise<Fleet[]> {
  const { serviceEnvironment: environment, guardian } = context;
  const starting = await Promise.allSettled(
    strategies.map((strategy) => {
      const companions = strategyNamed(strategy, context).companions.map(serviceCompanion);
      const { nodeOptions } = context.config;
      return startFleet({ strategy, instances: 1, companions, nodeOptions, environment, guardian });
    }),
  );
  const fleets = starting.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const failed = starting.find((each) => each.status === 'rejected');
  if (failed) {
    await Promise.all(fleets.map((fleet) => fleet.stop()));
    throw failed.reason;
  }
  return fleets;
}

/** @param connectionsFor who asks for what, at one instance */
export async function rehearse(
  context: Pick<TrialContext, 'config' | 'seeded' | 'signal' | 'mode' | 'load' | 'system'>,
  connectionsFor: (workload: Workload) => Connection[],
): Promise<void> {
  const { config, seeded, signal, system } = context;
  const generator = await context.mode.generator(context.load);
  for (const name of config.workloads) {
    signal.throwIfAborted();
    const connections = connectionsFor(workloadNamed(name));
    const windowFromMs = monotonicClock()();
    const windowToMs = windowFromMs + SECONDS_EACH * 1000;
    const order = { workload: name, posts: seeded.posts, windowFromMs, windowToMs };
    const reports = await generator.run({ ...order, seed: config.seed, slices: 1 }, connections);
    await deleteLeftovers(reports, connections, system.deletePost);
  }
}

function originOf(fleet: Fleet): string {
  return fleet.instances[0]?.origin as string;
}
