/**
 * One side of a block: the fleet of one strategy, from its start to the record of its trial. Its steps
 * are called in their order by the block; a step that fails ends the side and not the block.
 */
import { strategyOfArm } from '../analyse/arms.js';
import type { LoadSession } from '../load/generator.js';
import type { ShardReport } from '../load/messages.js';
import type { Connection } from '../load/workload.js';
import { workloadNamed } from '../load/workloads/registry.js';
import { monotonicClock } from '../measure/clock.js';
import type { Evidence } from '../measure/validity.js';
import type { PlannedTrial } from '../plan.js';
import type { Trial } from '../result/schema.js';
import { type Fleet, startFleet } from '../services/fleet.js';
import type { HeldProcess } from '../services/held-processes.js';
import type { Cadence } from './cadence.js';
import { strategyNamed, type TrialContext } from './context.js';
import { untilLostOrCancelled } from './cut-short.js';
import { deleteLeftovers, probeInstances, readCounters } from './instance-requests.js';
import { loadByPlan } from './load-by-plan.js';
import type { Span } from './process-uses.js';
import { takeSnapshot } from './snapshot.js';
import { connectTrial, type TrialConnections } from './trial-connections.js';
import { assembleEvidence, emptyTrial, type Observation } from './trial-record.js';

export interface Side {
  /** Does nothing once a step has failed. @throws only when the run is cancelled */
  attempt(step: () => Promise<void>): Promise<void>;
  start(): Promise<void>;
  connect(): Promise<void>;
  connections(): Connection[];
  /** The least time of warm-up for its workload and number of instances. */
  readonly warmUpSeconds: number;
  /** Whether its instances have answered enough for their code to be compiled. */
  isWarm(): boolean;
  warmUp(session: LoadSession, index: number, seconds: number): Promise<void>;
  /** Holds its instances to their share of a core, or lets them go. */
  limit(on: boolean): void;
  /** One window of the closed loop. */
  measure(session: LoadSession, index: number, cadence: Cadence): Promise<void>;
  /** One window of the open loop. */
  measureByPlan(cadence: Cadence): Promise<void>;
  /** @param reports what the shards saw of it in the session */
  finish(reports: ShardReport[]): Promise<void>;
  /** What was seen, to be judged; or the trial itself where nothing can be judged. */
  conclude(): { evidence: Evidence } | { failed: Trial };
  stop(): Promise<void>;
}

export function openSide(planned: PlannedTrial, position: number, context: TrialContext): Side {
  const { config, seeded, guardian, signal } = context;
  const strategy = strategyNamed(strategyOfArm(planned.strategy), context);
  const workload = workloadNamed(planned.workload);
  const blank = emptyTrial(planned, position, workload, config);
  const nowMs = monotonicClock();
  const spans: Span[] = [];
  const byPlan: Observation['windows'][number][] = [];
  let inSession: ShardReport[] = [];
  let measuredSeconds = 0;
  let warmedSeconds = 0;
  let warmedRequests = 0;
  let fleet: Fleet;
  let connected: TrialConnections | undefined;
  let startedAt = blank.startedAt;
  let countedBefore: number | null = null;
  let countedAfter: number | null = null;
  let failure: string | null = null;
  let running: Fleet | null = null;
  let held: HeldProcess[] = [];

  async function snapshot(edge: 'from' | 'to', shardPids: readonly number[]) {
    const processes = { ...context.holder, instances: held };
    return takeSnapshot(edge, context.sources, fleet, shardPids, processes, nowMs);
  }

  /** Load that an instance's end or a cancelled run cuts short. */
  async function load<Outcome>(put: () => Promise<Outcome>, abort: () => void): Promise<Outcome> {
    const lost = fleet.lost();
    if (lost !== null) throw new Error(lost);
    const { forget } = untilLostOrCancelled(fleet, signal, abort);
    try {
      return await put();
    } finally {
      forget();
      signal.throwIfAborted();
    }
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
    connections: () => (failure === null ? (connected?.connections ?? []) : []),
    isWarm: () => failure !== null || warmedRequests >= workload.warmUpRequests * planned.instances,
    async warmUp(session, index, seconds) {
      const generator = await context.closedLoop();
      const fromMs = nowMs();
      const toMs = fromMs + seconds * 1000;
      const window = { fromMs, toMs, untilMs: toMs, slices: 1, measured: false };
      warmedRequests += await load(() => session.load(index, window), generator.abort);
      warmedSeconds += seconds;
      startedAt = new Date().toISOString();
    },
    limit(on) {
      for (const instance of held) instance.limit(on);
    },
    async measure(session, index, { windowMs, leadMs }) {
      const generator = await context.closedLoop();
      const from = await snapshot('from', generator.pids);
      const fromMs = nowMs() + leadMs;
      const toMs = fromMs + windowMs;
      const window = { fromMs, toMs, untilMs: toMs, slices: 1, measured: true };
      await load(() => session.load(index, window), generator.abort);
      spans.push({ from, to: await snapshot('to', generator.pids) });
      measuredSeconds += windowMs / 1000;
    },
    async measureByPlan({ windowMs, leadMs }) {
      const generator = await context.loadGenerator();
      const connections = connected?.connections ?? [];
      const { reports, span } = await load(
        () =>
          loadByPlan({
            generator,
            order: { workload: planned.workload, posts: seeded.posts },
            seed: config.seed + planned.round + byPlan.length,
            connections,
            leadMs,
            windowMs,
            nowMs,
            snapshot: (edge) => snapshot(edge, generator.pids),
          }),
        generator.abort,
      );
      spans.push(span);
      byPlan.push({ seconds: windowMs / 1000, reports });
      await deleteLeftovers(reports, connections, generator.pids.length);
    },
    async finish(reports) {
      inSession = reports;
      countedAfter = await readCounters(fleet);
      const { pids } = await context.closedLoop();
      await deleteLeftovers(reports, connected?.connections ?? [], pids.length);
    },
    conclude() {
      const lost = running?.lost() ?? null;
      const interruption = lost
        ? { code: 'instance-lost', message: `${lost} during the trial` }
        : null;
      if (spans.length === 0 || (failure !== null && !interruption)) {
        const reason = { code: 'trial-failed', message: failure ?? 'it was not measured' };
        return { failed: { ...blank, valid: false, invalidReasons: [interruption ?? reason] } };
      }
      return {
        evidence: assembleEvidence({
          blank: { ...blank, startedAt, warmUpSeconds: warmedSeconds },
          fleet,
          spans,
          ...(config.offered
            ? { windows: byPlan, readings: 'under-load' as const }
            : {
                windows: [{ seconds: measuredSeconds, reports: inSession }],
                readings: 'between-loads' as const,
              }),
          beside: config.offered ? inSession : [],
          limits: config.cpuLimits,
          // Every load of the session ended with its last answer; one by plan does not wait for it.
          inFlightLimit: blank.connections * byPlan.length,
          serverRequests:
            countedBefore === null || countedAfter === null ? null : countedAfter - countedBefore,
          interruption,
        }),
      };
    },
    async stop() {
      // First: to end takes CPU time as well.
      for (const instance of held) instance.release();
      await running?.stop();
    },
  };
}
