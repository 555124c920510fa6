/**
 * Before the first trial: every user logs in, once a strategy, and the load generator sends every
 * workload once, for nobody's record. A generator whose code is not yet compiled would make the first
 * trials dearer than the last.
 */
import { type Credentials, logInAll } from '../load/credentials.js';
import { spreadOverInstances } from '../load/generator.js';
import { workloadNamed } from '../load/workloads/registry.js';
import { monotonicClock } from '../measure/clock.js';
import { type Fleet, startFleet } from '../services/fleet.js';
import { deleteLeftovers } from './instance-requests.js';
import type { TrialContext } from './trial.js';

const SECONDS_EACH = 0.6;

/**
 * One instance of each strategy serves both; what it issues must be good at every later instance.
 *
 * @returns credentials by strategy, in the order of the seeded users
 * @throws LabError when an instance, a login or the load generator fails
 */
export async function logInAndRehearse(
  context: TrialContext,
  say: (message: string) => void,
): Promise<ReadonlyMap<string, Credentials>> {
  const { seeded, signal } = context;
  const strategies = [...new Set(context.config.strategies)];
  const fleets = await startOneOfEach(strategies, context);
  try {
    const credentials = new Map<string, Credentials>();
    for (const [index, strategy] of strategies.entries()) {
      signal.throwIfAborted();
      say(`Logging ${seeded.users.length} users in: ${strategy}`);
      const origin = originOf(fleets[index] as Fleet);
      credentials.set(strategy, await logInAll(origin, seeded.users, seeded.password, signal));
    }
    say('Rehearsing the load');
    const [fleet] = fleets as [Fleet];
    await rehearse(context, fleet, credentials.get(strategies[0] as string) ?? []);
    return credentials;
  } finally {
    await Promise.all(fleets.map((fleet) => fleet.stop()));
  }
}

async function startOneOfEach(strategies: string[], context: TrialContext): Promise<Fleet[]> {
  const { serviceEnvironment: environment, guardian } = context;
  const starting = await Promise.allSettled(
    strategies.map((strategy) => startFleet({ strategy, instances: 1, environment, guardian })),
  );
  const fleets = starting.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const failed = starting.find((each) => each.status === 'rejected');
  if (failed) {
    await Promise.all(fleets.map((fleet) => fleet.stop()));
    throw failed.reason;
  }
  return fleets;
}

async function rehearse(context: TrialContext, fleet: Fleet, users: Credentials): Promise<void> {
  const { config, seeded, signal } = context;
  const generator = await context.loadGenerator();
  for (const name of config.workloads) {
    signal.throwIfAborted();
    const { maxConnections = users.length } = workloadNamed(name);
    const connections = spreadOverInstances(
      users.slice(0, Math.min(config.connections, maxConnections)),
      [originOf(fleet)],
    );
    const windowFromMs = monotonicClock()();
    const windowToMs = windowFromMs + SECONDS_EACH * 1000;
    const order = { workload: name, posts: seeded.posts, windowFromMs, windowToMs };
    const reports = await generator.run({ ...order, seed: config.seed, slices: 1 }, connections);
    await deleteLeftovers(reports, connections, generator.pids.length);
  }
}

function originOf(fleet: Fleet): string {
  return fleet.instances[0]?.origin as string;
}
