/** How long a trial will take, for the first guess of the time left. */

import { workloadNamed } from '../load/workloads/registry.js';
import type { PlannedTrial } from '../model/planned-trials.js';
import type { DescribedStrategy, RunConfig } from '../model/result-schema.js';
import { variantWith } from '../model/variant.js';
import { connectionsOf } from './connections-of.js';
import { loginsBefore } from './trial-connections.js';

/** What a trial takes besides its warm-up and window. */
const OVERHEAD_SECONDS = 0.8;
/** Connections open, and load workers report. */
const SECONDS_BESIDE_A_WINDOW = 0.3;
/** Multiple of the least warm-up that an instance takes until it is warm. */
const WARM_UPS = 2;
/** Companions start before the instances, which need their addresses. */
const COMPANION_SECONDS = 0.5;

/** @param secondsPerLogin as seen on this machine with one instance */
export function meanTrialSeconds(
  config: RunConfig,
  strategies: readonly DescribedStrategy[],
  secondsPerLogin: number,
): number {
  const seconds = config.order.map((planned) =>
    trialSeconds(planned, config, strategies, secondsPerLogin),
  );
  return seconds.reduce((sum, each) => sum + each, 0) / seconds.length;
}

function trialSeconds(
  planned: PlannedTrial,
  config: RunConfig,
  strategies: readonly DescribedStrategy[],
  secondsPerLogin: number,
): number {
  const workload = workloadNamed(planned.workload);
  const variant = variantWith(planned.variant, config.variants);
  const strategy = strategies.find(({ name }) => name === variant.strategy);
  const { instances } = planned;
  const shape = { connections: connectionsOf(config, workload, instances), instances };
  const logins = strategy ? loginsBefore(shape, workload, strategy) : 0;
  return (
    OVERHEAD_SECONDS +
    config.seconds +
    (config.windows ?? 1) * SECONDS_BESIDE_A_WINDOW +
    config.warmUpSeconds * WARM_UPS * instances +
    logins * secondsPerLogin +
    (strategy && strategy.companions.length > 0 ? COMPANION_SECONDS : 0)
  );
}
