/**
 * One side of a block: the fleet of one strategy, from its start to the record of its trial. Its steps
 * are called in their order by the block; a step that fails ends the side and not the block.
 */

import { monotonicClock } from '../load/clock.js';
import type { LoadSession } from '../load/generator.js';
import { loadProcesses } from '../load/load-processes.js';
import type { ShardReport } from '../load/messages.js';
import type { Connection } from '../load/workload.js';
import { workloadNamed } from '../load/workloads/registry.js';
import { takeSnapshot } from '../measure/snapshot.js';
import type { Evidence } from '../measure/validity.js';
import type { PlannedTrial } from '../model/planned-trials.js';
import type { Trial } from '../model/result-schema.js';
import type { Cadence } from './cadence.js';
import type { TrialContext } from './context.js';
import { loadUntilCut } from './cut-short.js';
import { deleteLeftovers, readCounters, readEventLoops } from './instance-requests.js';
import { loadByPlan } from './load-by-plan.js';
import { concludeSide, emptyRecord, eventLoopSpans } from './side-record.js';
import { connectUsers, type StartedTrial, startTrial } from './start-trial.js';
import type { TrialConnections } from './trial-connections.js';
import { emptyTrial } from './trial-record.js';

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
  const record = emptyRecord();
  let started: StartedTrial | undefined;
  let connected: TrialConnections | undefined;

  /** Steps come in order, so a later one finds what the first has started. */
  function running(): StartedTrial {
    if (!started) throw new Error('it was not started');
    return started;
  }

  async function snapshot(edge: 'from' | 'to', shardPids: readonly number[]) {
    const processes = [...running().processes, ...loadProcesses(shardPids)];
    return takeSnapshot(edge, context.redis, processes, nowMs);
  }

  /** Watches the event loops of the instances; their answers stand outside of what is measured. */
  async function watchingLoops(window: () => Promise<void>): Promise<void> {
    const { fleet } = running();
    const before = await readEventLoops(fleet);
    await window();
    const after = await readEventLoops(fleet);
    record.eventLoops.push(...eventLoopSpans(before, after));
  }

  function load<Outcome>(put: () => Promise<Outcome>, abort: () => void): Promise<Outcome> {
    return loadUntilCut(running().fleet, signal, put, abort);
  }

  /** Once, after the warm-up: behind a web tier only the instances know who answered what. */
  async function countWarm(): Promise<void> {
    const { fleet } = running();
    if (fleet.web && record.spans.length === 0) record.countedWarm = await readCounters(fleet);
  }

  return {
    async attempt(step) {
      signal.throwIfAborted();
      if (record.failure !== null) return;
      try {
        await step();
      } catch (error) {
        signal.throwIfAborted();
        record.failure = error instanceof Error ? error.message : String(error);
      }
    },
    async start() {
      started = await startTrial(planned, context);
    },
    async connect() {
      const trial = running();
      connected = await connectUsers(planned, trial, context);
      record.countedBefore = await readCounters(trial.fleet);
    },
    connections: () => (record.failure === null ? (connected?.connections ?? []) : []),
    isWarm: () =>
      record.failure !== null ||
      record.warmedRequests >= workload.warmUpRequests * planned.instances,
    async warmUp(session, index, seconds) {
      const generator = await context.closedLoop();
      const fromMs = nowMs();
      const toMs = fromMs + seconds * 1000;
      const window = { fromMs, toMs, untilMs: toMs, slices: 1, measured: false };
      record.warmedRequests += await load(() => session.load(index, window), generator.abort);
      record.warmedSeconds += seconds;
      record.warmedAt = new Date().toISOString();
    },
    limit(on) {
      started?.limit(on);
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
        record.spans.push({ from, to: await snapshot('to', generator.pids) });
        record.measuredSeconds += windowMs / 1000;
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
              seed: config.seed + planned.round + record.byPlan.length,
              connections,
              leadMs,
              windowMs,
              nowMs,
              snapshot: (edge) => snapshot(edge, generator.pids),
            }),
          generator.abort,
        );
        record.spans.push(span);
        record.byPlan.push({ seconds: windowMs / 1000, reports });
        await deleteLeftovers(reports, connections, generator.pids.length);
      }),
    async finish(reports) {
      record.inSession = reports;
      record.countedAfter = await readCounters(running().fleet);
      const { pids } = await context.closedLoop();
      await deleteLeftovers(reports, connected?.connections ?? [], pids.length);
    },
    conclude: () => concludeSide(record, started?.fleet, blank, config),
    stop: async () => started?.stop(),
  };
}
