/**
 * One trial: fresh instances, a check that they answer alike, a warm-up, one measured window.
 */

import { strategyOfArm } from '../analyse/arms.js';
import type { Credentials } from '../load/credentials.js';
import { type LoadGenerator, spreadOverInstances, startLoadGenerator } from '../load/generator.js';
import { workloadNamed } from '../load/workloads/registry.js';
import { monotonicClock } from '../measure/clock.js';
import { judge } from '../measure/validity.js';
import type { PlannedTrial } from '../plan.js';
import { seededRandom } from '../random.js';
import type { RunConfig, Trial } from '../result/schema.js';
import { type Fleet, startFleet } from '../services/fleet.js';
import type { Guardian } from '../services/guardian.js';
import type { SeededData } from '../services/service-process.js';
import type { EmitRunEvent } from './events.js';
import {
  deleteLeftovers,
  type ProbeBook,
  probeInstances,
  readCounters,
} from './instance-requests.js';
import { type SnapshotSources, takeSnapshot } from './snapshot.js';
import { assembleEvidence, emptyTrial } from './trial-record.js';

/** Slices of a window: enough for a line through them, each with thousands of requests. */
const SLICES = 10;

export interface TrialContext {
  config: RunConfig;
  /** By strategy, in the order of the seeded users. */
  credentials: ReadonlyMap<string, Credentials>;
  seeded: SeededData;
  /** For the instances: addresses of the stores and secrets. */
  serviceEnvironment: Record<string, string>;
  sources: SnapshotSources;
  probes: ProbeBook;
  guardian: Guardian;
  signal: AbortSignal;
  emit: EmitRunEvent;
}

/**
 * Runs and judges one trial. What goes wrong inside makes the trial invalid and is its reason.
 *
 * @throws the signal's reason when the run is cancelled; everything it started is stopped by then
 */
export async function runTrial(
  planned: PlannedTrial,
  position: number,
  context: TrialContext,
): Promise<Trial> {
  const { config, guardian, signal, emit } = context;
  const workload = workloadNamed(planned.workload);
  const connections = Math.min(
    config.connections,
    workload.maxConnections ?? Number.POSITIVE_INFINITY,
  );
  const blank = emptyTrial(planned, position, connections, config);
  let fleet: Fleet | undefined;
  let generator: LoadGenerator | undefined;
  try {
    emit({ type: 'trial-phase', phase: 'starting' });
    [fleet, generator] = await startBoth(
      startFleet({
        strategy: strategyOfArm(planned.strategy),
        instances: planned.instances,
        environment: context.serviceEnvironment,
        guardian,
      }),
      startLoadGenerator(Math.min(config.shards, connections), guardian),
    );
    signal.throwIfAborted();
    return judge(await measure(planned, blank, fleet, generator, context));
  } catch (error) {
    signal.throwIfAborted();
    const message = error instanceof Error ? error.message : String(error);
    return { ...blank, valid: false, invalidReasons: [{ code: 'trial-failed', message }] };
  } finally {
    emit({ type: 'trial-phase', phase: 'stopping' });
    generator?.stop();
    await fleet?.stop();
  }
}

/** Both start at once; when one fails, what the other started is stopped. */
async function startBoth(
  fleetStarting: Promise<Fleet>,
  generatorStarting: Promise<LoadGenerator>,
): Promise<[Fleet, LoadGenerator]> {
  const [fleet, generator] = await Promise.allSettled([fleetStarting, generatorStarting]);
  if (fleet.status === 'fulfilled' && generator.status === 'fulfilled') {
    return [fleet.value, generator.value];
  }
  if (fleet.status === 'fulfilled') await fleet.value.stop();
  if (generator.status === 'fulfilled') generator.value.stop();
  throw fleet.status === 'rejected' ? fleet.reason : (generator as PromiseRejectedResult).reason;
}

async function measure(
  planned: PlannedTrial,
  blank: Trial,
  fleet: Fleet,
  generator: LoadGenerator,
  context: TrialContext,
) {
  const { config, seeded, signal, emit } = context;
  const workload = workloadNamed(planned.workload);
  const credentials = context.credentials.get(strategyOfArm(planned.strategy)) ?? [];
  const connections = spreadOverInstances(
    credentials.slice(0, blank.connections),
    fleet.instances.map((instance) => instance.origin),
  );
  await probeInstances(workload, fleet, connections, seeded.posts, context.probes);
  const countersBefore = await readCounters(fleet);

  const nowMs = monotonicClock();
  const windowFromMs = nowMs() + config.warmUpSeconds * 1000;
  const windowToMs = windowFromMs + config.seconds * 1000;
  const cut = cutShort(fleet, signal);
  cut.then(
    () => generator.abort(),
    () => {},
  );
  emit({ type: 'trial-phase', phase: 'warming up' });
  const startedAt = new Date().toISOString();
  const reporting = generator.run(
    {
      workload: planned.workload,
      posts: seeded.posts,
      // The same requests for every strategy of a round.
      seed: Math.floor(seededRandom(config.seed + planned.round)() * 2 ** 31),
      windowFromMs,
      windowToMs,
      slices: SLICES,
    },
    connections,
  );
  // A shard that fails early is heard below; until then its rejection must not go unhandled.
  reporting.catch(() => {});
  const snapshot = () => takeSnapshot(context.sources, fleet, generator.pids, nowMs);
  await Promise.race([sleepUntil(windowFromMs, nowMs), cut, reporting]);
  signal.throwIfAborted();
  const from = await snapshot();
  emit({ type: 'trial-phase', phase: 'measuring' });
  await Promise.race([sleepUntil(windowToMs, nowMs), cut, reporting]);
  signal.throwIfAborted();
  const to = await snapshot();
  const reports = await reporting;
  signal.throwIfAborted();
  const countersAfter = await readCounters(fleet);
  await deleteLeftovers(reports, connections, generator.pids.length);
  const lost = fleet.lost();
  return assembleEvidence({
    blank: { ...blank, startedAt },
    fleet,
    from,
    to,
    reports,
    serverRequests:
      countersBefore === null || countersAfter === null ? null : countersAfter - countersBefore,
    interruption: lost ? { code: 'instance-lost', message: `${lost} during the trial` } : null,
  });
}

/** Resolves when an instance is lost or the run is cancelled, whichever comes first. */
function cutShort(fleet: Fleet, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    fleet.onLost(() => resolve());
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function sleepUntil(atMs: number, nowMs: () => number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, atMs - nowMs())));
}
