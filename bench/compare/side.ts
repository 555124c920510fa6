/**
 * One side of a block: the fleet of one strategy, from its start to the record of its trial. Its steps
 * are called in their order by the block; a step that fails ends the side and not the block.
 */
import { strategyOfArm } from '../analyse/arms.js';
import type { LoadGenerator } from '../load/generator.js';
import type { ShardReport } from '../load/messages.js';
import { workloadNamed } from '../load/workloads/registry.js';
import { monotonicClock } from '../measure/clock.js';
import type { Evidence } from '../measure/validity.js';
import type { PlannedTrial } from '../plan.js';
import { seededRandom } from '../random.js';
import type { Trial } from '../result/schema.js';
import { type Fleet, startFleet } from '../services/fleet.js';
import type { HeldProcess } from '../services/held-processes.js';
import { strategyNamed, type TrialContext } from './context.js';
import { deleteLeftovers, probeInstances, readCounters } from './instance-requests.js';
import { takeSnapshot } from './snapshot.js';
import { connectTrial, type TrialConnections } from './trial-connections.js';
import { assembleEvidence, emptyTrial, type Turn } from './trial-record.js';

/** Of all windows of a trial together: a multiple of three, since steadiness compares its thirds. */
const SLICES = 12;
/** Before each window: connections open, and the instance finds its pace again. */
const LEAD_MS = 150;
/** Longer where a process gets a fraction of a core to do that with. */
const LEAD_UNDER_LIMITS_MS = 500;

export interface Side {
  /** Does nothing once a step has failed. @throws only when the run is cancelled */
  attempt(step: () => Promise<void>): Promise<void>;
  start(): Promise<void>;
  connect(): Promise<void>;
  /** The least time of warm-up for its workload and number of instances. */
  readonly warmUpSeconds: number;
  /** Whether its instances have answered enough for their code to be compiled. */
  isWarm(): boolean;
  warmUp(seconds: number): Promise<void>;
  measure(seconds: number): Promise<void>;
  finish(): Promise<void>;
  /** What was seen, to be judged; or the trial itself where nothing can be judged. */
  /** Holds its instances to their share of a core, or lets them go. */
  limit(on: boolean): void;
  conclude(): { evidence: Evidence } | { failed: Trial };
  stop(): Promise<void>;
}

export function openSide(planned: PlannedTrial, position: number, context: TrialContext): Side {
  const { config, seeded, guardian, signal } = context;
  const strategy = strategyNamed(strategyOfArm(planned.strategy), context);
  const workload = workloadNamed(planned.workload);
  const blank = emptyTrial(planned, position, workload, config);
  const nowMs = monotonicClock();
  const turns: Turn[] = [];
  const warmUps: ShardReport[] = [];
  let warmedSeconds = 0;
  let warmUpRuns = 0;
  let fleet: Fleet;
  let connected: TrialConnections;
  let startedAt = blank.startedAt;
  let countedBefore: number | null = null;
  let countedAfter: number | null = null;
  let failure: string | null = null;
  let running: Fleet | null = null;
  let held: HeldProcess[] = [];

  /** Puts the load on for a lead and a window; `during` runs when the window begins and when it ends. */
  async function load(
    generator: LoadGenerator,
    leadMs: number,
    windowMs: number,
    during?: () => Promise<void>,
  ) {
    const lostBefore = fleet.lost();
    if (lostBefore !== null) throw new Error(lostBefore);
    const windowFromMs = nowMs() + leadMs;
    const windowToMs = windowFromMs + windowMs;
    const { cut, forget } = cutShort(fleet, signal);
    cut.then(() => generator.abort());
    const reporting = generator.run(
      {
        workload: planned.workload,
        posts: seeded.posts,
        // The same requests for every strategy of a round.
        seed: Math.floor(seededRandom(config.seed + planned.round)() * 2 ** 31) + turns.length,
        windowFromMs,
        windowToMs,
        slices: Math.max(1, Math.round(SLICES * (windowMs / 1000 / config.seconds))),
      },
      connected.connections,
    );
    // A shard that fails early is heard below; until then its rejection must not go unhandled.
    reporting.catch(() => {});
    try {
      for (const edgeMs of [windowFromMs, windowToMs]) {
        await Promise.race([sleepUntil(edgeMs, nowMs), cut, reporting]);
        signal.throwIfAborted();
        await during?.();
      }
      await reporting;
    } finally {
      forget();
    }
    const reports = await reporting;
    signal.throwIfAborted();
    await deleteLeftovers(reports, connected.connections, generator.pids.length);
    return reports;
  }

  return {
    warmUpSeconds: blank.warmUpSeconds,
    async attempt(step) {
      signal.throwIfAborted();
      if (failure !== null) return;
      try {
        await step();
      } catch (error) {
        signal.throwIfAborted();
        failure = error instanceof Error ? error.message : String(error);
      }
    },
    async start() {
      fleet = await startFleet({
        strategy: strategy.name,
        instances: planned.instances,
        companions: strategy.companions,
        environment: {
          ...context.serviceEnvironment,
          ...config.variables?.[planned.strategy],
        },
        guardian,
      });
      running = fleet;
      held = fleet.instances.map(({ number, pid }) => context.holder.holdInstance(number, pid));
    },
    async connect() {
      connected = await connectTrial({
        strategy,
        workload,
        config,
        seeded,
        credentials: context.credentials.get(strategy.name) ?? [],
        origins: fleet.instances.map(({ origin }) => origin),
        signal,
      });
      await probeInstances(workload, fleet, connected.probes, seeded.posts, context.probes);
      countedBefore = await readCounters(fleet);
    },
    isWarm: () =>
      failure !== null || warmedRequests(warmUps) >= workload.warmUpRequests * planned.instances,
    async warmUp(seconds) {
      const reports = await load(await context.warmUpGenerator(), 0, seconds * 1000);
      warmUps.push(...reports);
      warmedSeconds += seconds;
      warmUpRuns++;
      startedAt = new Date().toISOString();
    },
    async measure(seconds) {
      const generator = await context.loadGenerator();
      const leadMs = context.holder.active ? LEAD_UNDER_LIMITS_MS : LEAD_MS;
      const snapshots: Turn['from'][] = [];
      const processes = { ...context.holder, instances: held };
      const reports = await load(generator, leadMs, seconds * 1000, async () => {
        snapshots.push(
          await takeSnapshot(context.sources, fleet, generator.pids, processes, nowMs),
        );
      });
      const [from, to] = snapshots as [Turn['from'], Turn['to']];
      turns.push({ seconds, from, to, reports });
    },
    async finish() {
      countedAfter = await readCounters(fleet);
    },
    conclude() {
      const lost = running?.lost() ?? null;
      const interruption = lost
        ? { code: 'instance-lost', message: `${lost} during the trial` }
        : null;
      if (turns.length === 0 || (failure !== null && !interruption)) {
        const reason = { code: 'trial-failed', message: failure ?? 'it was not measured' };
        return { failed: { ...blank, valid: false, invalidReasons: [interruption ?? reason] } };
      }
      return {
        evidence: assembleEvidence({
          blank: { ...blank, startedAt, warmUpSeconds: warmedSeconds },
          fleet,
          turns,
          warmUps,
          limits: config.cpuLimits,
          loadRuns: warmUpRuns + turns.length,
          serverRequests:
            countedBefore === null || countedAfter === null ? null : countedAfter - countedBefore,
          interruption,
        }),
      };
    },
    limit(on) {
      for (const instance of held) instance.limit(on);
    },
    async stop() {
      // First: to end takes CPU time as well.
      for (const instance of held) instance.release();
      await running?.stop();
    },
  };
}

function warmedRequests(reports: readonly ShardReport[]): number {
  return reports.reduce((sum, report) => sum + report.requestsSinceStart, 0);
}

/** `cut` resolves when an instance is lost or the run is cancelled, whichever comes first. */
function cutShort(fleet: Fleet, signal: AbortSignal) {
  const { promise: cut, resolve } = withResolvers();
  fleet.onLost(resolve);
  signal.addEventListener('abort', resolve);
  return { cut, forget: () => signal.removeEventListener('abort', resolve) };
}

function withResolvers() {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

function sleepUntil(atMs: number, nowMs: () => number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, atMs - nowMs())));
}
