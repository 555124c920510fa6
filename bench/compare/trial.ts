/**
 * One trial: fresh instances, a check that they answer alike, a warm-up, one measured window.
 */

import { strategyOfArm } from '../analyse/arms.js';
import { LabError } from '../errors.js';
import type { Credentials } from '../load/credentials.js';
import type { LoadGenerator } from '../load/generator.js';
import { workloadNamed } from '../load/workloads/registry.js';
import { monotonicClock } from '../measure/clock.js';
import { judge } from '../measure/validity.js';
import type { PlannedTrial } from '../plan.js';
import { seededRandom } from '../random.js';
import type { DescribedStrategy, RunConfig, Trial } from '../result/schema.js';
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
import { connectTrial } from './trial-connections.js';
import { assembleEvidence, emptyTrial } from './trial-record.js';

/** Slices of a window: a multiple of three, since steadiness compares its thirds. */
const SLICES = 12;

export interface TrialContext {
  config: RunConfig;
  /** Those of the run, as the service describes them. */
  strategies: readonly DescribedStrategy[];
  /** By strategy, in the order of the seeded users; none where state lies in single instances. */
  credentials: ReadonlyMap<string, Credentials>;
  seeded: SeededData;
  /** For the instances: addresses of the stores and secrets. */
  serviceEnvironment: Record<string, string>;
  sources: SnapshotSources;
  probes: ProbeBook;
  /** The same one for all trials, unless it failed in the one before. */
  loadGenerator(): Promise<LoadGenerator>;
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
  const strategy = strategyNamed(strategyOfArm(planned.strategy), context);
  const workload = workloadNamed(planned.workload);
  const blank = emptyTrial(planned, position, workload, config);
  let fleet: Fleet | undefined;
  try {
    emit({ type: 'trial-phase', phase: 'starting' });
    fleet = await startFleet({
      strategy: strategy.name,
      instances: planned.instances,
      companions: strategy.companions,
      environment: context.serviceEnvironment,
      guardian,
    });
    const generator = await context.loadGenerator();
    signal.throwIfAborted();
    return judge(await measure(planned, strategy, blank, fleet, generator, context));
  } catch (error) {
    signal.throwIfAborted();
    const message = error instanceof Error ? error.message : String(error);
    return { ...blank, valid: false, invalidReasons: [{ code: 'trial-failed', message }] };
  } finally {
    emit({ type: 'trial-phase', phase: 'stopping' });
    await fleet?.stop();
  }
}

async function measure(
  planned: PlannedTrial,
  strategy: DescribedStrategy,
  blank: Trial,
  fleet: Fleet,
  generator: LoadGenerator,
  context: TrialContext,
) {
  const { config, seeded, signal, emit } = context;
  const workload = workloadNamed(planned.workload);
  emit({ type: 'trial-phase', phase: 'logging in' });
  const { connections, probes } = await connectTrial({
    strategy,
    workload,
    config,
    seeded,
    credentials: context.credentials.get(strategy.name) ?? [],
    origins: fleet.instances.map(({ origin }) => origin),
    signal,
  });
  await probeInstances(workload, fleet, probes, seeded.posts, context.probes);
  const countersBefore = await readCounters(fleet);

  const nowMs = monotonicClock();
  const windowFromMs = nowMs() + blank.warmUpSeconds * 1000;
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

/**
 * @throws LabError STRATEGY_UNKNOWN
 */
export function strategyNamed(
  name: string,
  { strategies }: Pick<TrialContext, 'strategies'>,
): DescribedStrategy {
  const strategy = strategies.find((known) => known.name === name);
  if (!strategy) throw new LabError('STRATEGY_UNKNOWN', `The service describes no "${name}".`);
  return strategy;
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
