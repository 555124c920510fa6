/**
 * One side of a block: the fleet of one strategy, from its start to the record of its trial. Its steps
 * are called in their order by the block; a step that fails ends the side and not the block.
 */
import { databaseOf } from '../databases.js';
import type { LoadSession } from '../load/generator.js';
import type { ShardReport } from '../load/messages.js';
import type { Connection } from '../load/workload.js';
import { workloadNamed } from '../load/workloads/registry.js';
import { monotonicClock } from '../measure/clock.js';
import type { EventLoopSpan } from '../measure/event-loop.js';
import type { Evidence } from '../measure/validity.js';
import type { PlannedTrial } from '../plan.js';
import type { Trial } from '../result/schema.js';
import type { Cadence } from './cadence.js';
import type { TrialContext } from './context.js';
import { untilLostOrCancelled } from './cut-short.js';
import {
  countedBetween,
  countedTogether,
  deleteLeftovers,
  readCounters,
  readEventLoops,
} from './instance-requests.js';
import { loadByPlan } from './load-by-plan.js';
import type { Span } from './process-uses.js';
import { takeSnapshot } from './snapshot.js';
import { connectUsers, type StartedTrial, startTrial } from './start-trial.js';
import type { TrialConnections } from './trial-connections.js';
import { assembleEvidence, emptyTrial, type Observation } from './trial-record.js';

export interface Side {
  /** Does nothing once a step has failed. @throws only when the run is cancelled */
  attempt(step: () => Promise<void>): Promise<void>;
  start(): Promise<void>;
  connect(): Promise<void>;
  connections(): Connection[];
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
  const { config, seeded, signal } = context;
  const workload = workloadNamed(planned.workload);
  const blank = emptyTrial(planned, position, workload, config);
  const nowMs = monotonicClock();
  const spans: Span[] = [];
  const eventLoops: EventLoopSpan[] = [];
  const byPlan: Observation['windows'][number][] = [];
  let inSession: ShardReport[] = [];
  let measuredSeconds = 0;
  let warmedSeconds = 0;
  let warmedRequests = 0;
  let started: StartedTrial | undefined;
  let connected: TrialConnections | undefined;
  let startedAt = blank.startedAt;
  let countedBefore: number[] | null = null;
  let countedWarm: number[] | null = null;
  let countedAfter: number[] | null = null;
  let failure: string | null = null;

  /** Steps come in order, so a later one finds what the first has started. */
  function running(): StartedTrial {
    if (!started) throw new Error('it was not started');
    return started;
  }

  async function snapshot(edge: 'from' | 'to', shardPids: readonly number[]) {
    const { fleet, held } = running();
    const processes = { ...context.holder, instances: held };
    return takeSnapshot(edge, context.sources, fleet, shardPids, processes, nowMs);
  }

  /** Watches the event loops of the instances; their answers stand outside of what is measured. */
  async function watchingLoops(window: () => Promise<void>): Promise<void> {
    const { fleet } = running();
    const before = await readEventLoops(fleet);
    await window();
    const after = await readEventLoops(fleet);
    for (const [index, from] of before.entries()) {
      const to = after[index];
      if (from && to) eventLoops.push({ from, to });
    }
  }

  /** Load that an instance's end or a cancelled run cuts short. */
  async function load<Outcome>(put: () => Promise<Outcome>, abort: () => void): Promise<Outcome> {
    const { fleet } = running();
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

  /** Once, after the warm-up: behind a web tier only the instances know who answered what. */
  async function countWarm(): Promise<void> {
    const { fleet } = running();
    if (fleet.web && spans.length === 0) countedWarm = await readCounters(fleet);
  }

  return {
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
      started = await startTrial(planned, context);
    },
    async connect() {
      const trial = running();
      connected = await connectUsers(planned, trial, context);
      countedBefore = await readCounters(trial.fleet);
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
      for (const instance of started?.held ?? []) instance.limit(on);
    },
    measure: (session, index, { windowMs, leadMs }) =>
      watchingLoops(async () => {
        const generator = await context.closedLoop();
        await countWarm();
        const from = await snapshot('from', generator.pids);
        const fromMs = nowMs() + leadMs;
        const toMs = fromMs + windowMs;
        const window = { fromMs, toMs, untilMs: toMs, slices: 1, measured: true };
        await load(() => session.load(index, window), generator.abort);
        spans.push({ from, to: await snapshot('to', generator.pids) });
        measuredSeconds += windowMs / 1000;
      }),
    measureByPlan: ({ windowMs, leadMs }) =>
      watchingLoops(async () => {
        const generator = await context.loadGenerator();
        await countWarm();
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
      }),
    async finish(reports) {
      inSession = reports;
      countedAfter = await readCounters(running().fleet);
      const { pids } = await context.closedLoop();
      await deleteLeftovers(reports, connected?.connections ?? [], pids.length);
    },
    conclude() {
      const lost = started?.fleet.lost() ?? null;
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
          fleet: running().fleet,
          spans,
          ...(config.offered
            ? { windows: byPlan, readings: 'under-load' as const }
            : {
                windows: [{ seconds: measuredSeconds, reports: inSession }],
                readings: 'between-loads' as const,
              }),
          beside: config.offered ? inSession : [],
          limits: config.cpuLimits,
          database: databaseOf(config),
          eventLoops,
          // Every load of the session ended with its last answer; one by plan does not wait for it.
          inFlightLimit: blank.connections * byPlan.length,
          serverRequests: countedTogether(countedBefore, countedAfter),
          countedByInstances: countedBetween(countedWarm, countedAfter),
          interruption,
        }),
      };
    },
    stop: async () => started?.stop(),
  };
}
