/**
 * One variant of a block: its fleet, from the start to the record of its trial. Its steps are called in
 * their order by the block; a step that fails ends the variant and not the block.
 */

import { monotonicClock } from '../load/clock.js';
import type { LoadSession } from '../load/generator.js';
import type { LoadRecord, LoadRun, WindowLength } from '../load/load-mode.js';
import { runProcessesOf } from '../load/load-processes.js';
import type { WorkerReport } from '../load/messages.js';
import type { Connection } from '../load/workload.js';
import { workloadNamed } from '../load/workloads/registry.js';
import { takeSnapshot } from '../measure/snapshot.js';
import type { PlannedTrial } from '../model/planned-trials.js';
import type { TrialContext } from './context.js';
import { loadUntilCut } from './cut-short.js';
import { deleteLeftovers, readCounters, readEventLoops } from './instance-requests.js';
import type { Conclusion } from './judge-together.js';
import { connectUsers, type StartedTrial, startTrial } from './start-trial.js';
import type { TrialConnections } from './trial-connections.js';
import { emptyTrial } from './trial-record.js';
import {
  beginMeasurement,
  concludeVariant,
  eventLoopSpans,
  type Measurement,
  type WarmedUp,
} from './variant-record.js';

export interface VariantRun {
  /** Does nothing once a step has failed. @throws only when the run is cancelled */
  attempt(step: () => Promise<void>): Promise<void>;
  /** @throws what made a step fail, or tells what was lost */
  assertSound(): void;
  start(): Promise<void>;
  connect(): Promise<void>;
  /** None where a step has failed. */
  connections(): Connection[];
  /** Whether its instances have answered enough for their code to be compiled. */
  isWarm(): boolean;
  warmUp(session: LoadSession, variant: number, seconds: number): Promise<void>;
  /** Holds its instances to their share of a core, or lets them go. */
  limit(on: boolean): void;
  /** What is measured from here on is a record of its own. */
  beginAgain(): Promise<void>;
  /** One window. */
  measure(load: LoadRun, variant: number, length: WindowLength): Promise<void>;
  /**
   * What was seen of it also counts where a step has failed: it was measured until then.
   *
   * @param record what the load workers saw of it in its windows
   * @param warmUps what they saw besides
   */
  keep(record: LoadRecord | undefined, warmUps: readonly WorkerReport[]): void;
  /** Counts once more, and deletes what the load has left. */
  finish(): Promise<void>;
  conclude(): Conclusion;
  stop(): Promise<void>;
}

export function openVariantRun(
  planned: PlannedTrial,
  position: number,
  context: TrialContext,
): VariantRun {
  const { config, signal } = context;
  const workload = workloadNamed(planned.workload);
  const blank = emptyTrial(planned, position, workload, config);
  const nowMs = monotonicClock();
  const warmed: WarmedUp = { at: null, seconds: 0, requests: 0 };
  let measurement: Measurement = beginMeasurement(null);
  let failure: Error | null = null;
  let started: StartedTrial | undefined;
  let connected: TrialConnections | undefined;

  /** Steps come in order, so a later one finds what the first has started. */
  function running(): StartedTrial {
    if (!started) throw new Error('it was not started');
    return started;
  }

  const snapshot = (loadWorkerPids: readonly number[]) => (edge: 'from' | 'to') => {
    const processes = [...running().processes, ...runProcessesOf(loadWorkerPids)];
    return takeSnapshot(edge, context.meter, processes, nowMs);
  };

  function untilCut<Outcome>(put: () => Promise<Outcome>, abort: () => void): Promise<Outcome> {
    return loadUntilCut(running().fleet, signal, put, abort);
  }

  /** Once, after the warm-up: behind a web tier only the instances know who answered what. */
  async function countWarm(): Promise<void> {
    const { fleet } = running();
    if (fleet.web && measurement.spans.length === 0) {
      measurement.countedWarm = await readCounters(fleet);
    }
  }

  return {
    async attempt(step) {
      signal.throwIfAborted();
      if (failure !== null) return;
      try {
        await step();
      } catch (error) {
        signal.throwIfAborted();
        failure = error instanceof Error ? error : new Error(String(error));
      }
    },
    assertSound() {
      if (failure !== null) throw failure;
    },
    async start() {
      started = await startTrial(planned, context);
    },
    async connect() {
      const trial = running();
      connected = await connectUsers(planned, trial, context);
      measurement.countedBefore = await readCounters(trial.fleet);
    },
    connections: () => (failure === null ? (connected?.connections ?? []) : []),
    isWarm: () =>
      failure !== null || warmed.requests >= workload.warmUpRequests * planned.instances,
    async warmUp(session, variant, seconds) {
      const { abort } = await context.load.closedLoop();
      const fromMs = nowMs();
      const toMs = fromMs + seconds * 1000;
      const window = { fromMs, toMs, untilMs: toMs, slices: 1, measured: false };
      warmed.requests += await untilCut(() => session.load(variant, window), abort);
      warmed.seconds += seconds;
      warmed.at = new Date().toISOString();
    },
    limit(on) {
      started?.limit(on);
    },
    async beginAgain() {
      measurement = beginMeasurement(new Date().toISOString());
      measurement.countedBefore = await readCounters(running().fleet);
    },
    async measure(load, variant, length) {
      const { fleet } = running();
      // Their answers stand outside of what is measured.
      const before = await readEventLoops(fleet);
      await countWarm();
      const span = await untilCut(
        () => load.window(variant, length, snapshot(load.pids)),
        load.abort,
      );
      measurement.spans.push(span);
      measurement.eventLoops.push(...eventLoopSpans(before, await readEventLoops(fleet)));
    },
    keep(record, warmUps) {
      measurement.load = record;
      measurement.warmUps = warmUps;
    },
    async finish() {
      const { load: record, warmUps } = measurement;
      measurement.countedAfter = await readCounters(running().fleet);
      const loads = [...(record?.windows ?? []).map(({ reports }) => reports), warmUps];
      for (const reports of loads) {
        await deleteLeftovers(reports, connected?.connections ?? [], config.loadWorkers);
      }
    },
    conclude: () => concludeVariant({ measurement, warmed, failure, fleet: started?.fleet, blank }),
    stop: async () => started?.stop(),
  };
}
