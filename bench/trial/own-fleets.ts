/** Fleets that the lab starts, in fresh processes, with users of its own in stores of its own. */
import { type Fleet, serviceCompanion, startFleet } from '../fleet/fleet.js';
import type { HeldProcess } from '../fleet/held-processes.js';
import { workloadNamed } from '../load/workloads/registry.js';
import type { PlannedTrial } from '../model/planned-trials.js';
import { flagsIn, NODE_FLAGS, variantWith } from '../model/variant.js';
import { strategyNamed, type TrialContext } from './context.js';
import { askBesides, deletePost, probeInstances, readInstances } from './instance-requests.js';
import type { LoadedSystem, StartedFleet } from './loaded-system.js';
import { type ConnectInput, connectTrial, type TrialConnections } from './trial-connections.js';
import { connectThroughWeb } from './web-connections.js';

export const ownFleets: LoadedSystem<TrialContext> = {
  start: startVariant,
  connect: connectUsers,
  readInstances,
  deletePost,
  askBesides,
};

/**
 * @throws LabError SERVICE_FAILED, WEB_TIER_FAILED, CPU_LIMIT_FAILED; nothing is left running then
 */
export async function startVariant(
  id: string,
  instances: number,
  context: TrialContext,
): Promise<Omit<StartedFleet, 'fleet'> & { fleet: Fleet }> {
  const variant = variantWith(id, context.config.variants);
  const { [NODE_FLAGS]: flags, ...environment } = variant.environment;
  const strategy = strategyNamed(variant.strategy, context);
  const fleet = await startFleet({
    strategy: strategy.name,
    instances,
    companions: strategy.companions.map(serviceCompanion),
    nodeOptions: flags === undefined ? context.config.nodeOptions : flagsIn(flags),
    environment: { ...context.serviceEnvironment, ...environment },
    web: context.web,
    guardian: context.guardian,
  });
  const held: HeldProcess[] = [];
  const stop = async () => {
    // First: to end takes CPU time as well.
    for (const each of held) each.release();
    await fleet.stop();
  };
  try {
    for (const process of fleet.processes) held.push(context.holder.hold(process));
  } catch (error) {
    await stop();
    throw error;
  }
  const ofFleet = fleet.processes.map((process, index) => ({ ...process, held: held[index] }));
  return {
    fleet,
    processes: [...ofFleet, ...context.stores],
    limit(on) {
      for (const each of held) each.limit(on);
    },
    stop,
  };
}

/**
 * Everyone logged in at the fleet, and all answers checked.
 *
 * @throws LabError LOGIN_FAILED, VISIT_FAILED, PROBE_FAILED, PROBE_DIFFERS
 */
async function connectUsers(
  planned: PlannedTrial,
  { fleet }: StartedFleet,
  context: TrialContext,
): Promise<TrialConnections> {
  const { config, seeded, signal, probes } = context;
  const variant = variantWith(planned.variant, config.variants);
  const strategy = strategyNamed(variant.strategy, context);
  const workload = workloadNamed(planned.workload);
  const input: ConnectInput = {
    strategy,
    workload,
    config,
    seeded,
    credentials: context.credentials.get(strategy.name) ?? [],
    origins: fleet.instances.map(({ origin }) => origin),
    signal,
  };
  const connected =
    fleet.web && config.web
      ? await connectThroughWeb(input, { ...config.web, origin: fleet.web.origin })
      : await connectTrial(input);
  await probeInstances(workload, fleet, connected.probes, seeded.posts, probes);
  return connected;
}
