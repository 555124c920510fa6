/**
 * Before the first trial the load generator sends every workload once, for nobody's record: a
 * generator whose code is not yet compiled would make the first trials dearer than the last.
 */
import { spreadOverInstances } from '../load/generator.js';
import { workloadNamed } from '../load/workloads/registry.js';
import { monotonicClock } from '../measure/clock.js';
import { startFleet } from '../services/fleet.js';
import { deleteLeftovers } from './instance-requests.js';
import type { TrialContext } from './trial.js';

const SECONDS_EACH = 1.2;

/** @throws LabError when an instance or the load generator fails */
export async function rehearse(context: TrialContext): Promise<void> {
  const { config, credentials, seeded, serviceEnvironment: environment, guardian } = context;
  const strategy = config.strategies[0] as string;
  const generator = await context.loadGenerator();
  const fleet = await startFleet({ strategy, instances: 1, environment, guardian });
  try {
    for (const name of config.workloads) {
      context.signal.throwIfAborted();
      const users = credentials.get(strategy) ?? [];
      const connections = spreadOverInstances(
        users.slice(
          0,
          Math.min(config.connections, workloadNamed(name).maxConnections ?? users.length),
        ),
        fleet.instances.map((instance) => instance.origin),
      );
      const windowFromMs = monotonicClock()();
      const reports = await generator.run(
        {
          workload: name,
          posts: seeded.posts,
          seed: config.seed,
          windowFromMs,
          windowToMs: windowFromMs + SECONDS_EACH * 1000,
          slices: 1,
        },
        connections,
      );
      await deleteLeftovers(reports, connections, generator.pids.length);
    }
  } finally {
    await fleet.stop();
  }
}
