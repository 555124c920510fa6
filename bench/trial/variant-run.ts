/**
 * One variant of a block: its fleet, from the start to the record of its trial. Its steps are called in
 * their order by the block; a step that fails ends the variant and not the block.
 */

import { nextWindow } from '../load/alignment.js';
import { monotonicClock } from '../load/clock.js';
import type { LoadSession } from '../load/generator.js';
import type { LoadRecord, LoadRun, TurnLength } from '../load/load-mode.js';
import type { WorkerReport } from '../load/messages.js';
import type { Connection } from '../load/workload.js';
import { workloadNamed } from '../load/workloads/registry.js';
import { takeSnapshot } from '../measure/snapshot.js';
import type { PlannedTrial } from '../model/planned-trials.js';
import type { TrialContext } from './context.js';
import { loadUntilCut } from './cut-short.js';
import { deleteLeftovers, type InstanceReading } from './instance-requests.js';
import type { Conclusion } from './judge-together.js';
import type { StartedFleet } from './loaded-system.js';
import type { SharedFleet } from './shared-fleets.js';
import type { TrialConnections } from './trial-connections.js';
import { emptyTrial } from './trial-record.js';
import { beginMeasurement, concludeVariant, type Measurement } from './variant-record.js';

export interface VariantRun {
  /** Does nothing once a step has failed. @throws only when the run is cancelled */
  attempt(step: () => Promise<void>): Promise<void>;
  /** @throws what made a step fail, or tells what was lost */
  assertSound(): void;
  start(): Promise<void>;
  connect(): Promise<void>;
  /** Of its instances and companions; none where a step has failed. */
  pids(): number[];
  /** None where a step has failed. */
  connections(): Connection[];
  /** Whether one of its instances has never served its workload. */
  isNew(): boolean;
  /** Whether its instances have answered enough for their code to be compiled. */
  isWarm(): boolean;
  /** Load for a while, begun with what else reaches its instances. */
  warmUp(session: LoadSession, variant: number, seconds: number): Promise<void>;
  /** Holds its instances to their share of a core, or lets them go. */
  limit(on: boolean): void;
  /** What is measured from here on is a record of its own. */
  beginAgain(): void;
  /** One turn. */
  measure(load: LoadRun, variant: number, length: TurnLength): Promise<void>;
  /**
   * What was seen of it also counts where a step has failed: it was measured until then.
   *
   * @param record what the load workers saw of it in its windows
   * @param warmUps what they saw besides
   */
  keep(record: LoadRecord | undefined, warmUps: readonly WorkerReport[]): void;
  /** Deletes what the load has left. */
  finish(): Promise<void>;
  conclude(): Conclusion;
}

export function openVariantRun(
  planned: PlannedTrial,
  position: number,
  shared: SharedFleet,
  context: TrialContext,
): VariantRun {
  const { config, signal, system } = context;
  const workload = workloadNamed(planned.workload);
  const blank = emptyTrial(planned, position, workload, config);
  const nowMs = monotonicClock();
  const warmed = shared.warmed(planned.workload);
  let measurement: Measurement = beginMeasurement();
  let failure: Error | null = null;
  let started: StartedFleet | undefined;
  let connected: TrialConnections | undefined;
  /** What the instances had counted after the last piece of the warm-up. */
  let counted: (InstanceReading | null)[] | undefined;

  /** What the instances of this trial have answered while they warmed up. */
  const ofMine = () => warmed.requests.slice(0, planned.instances);

  /** Steps come in order, so a later one finds what the first has started. */
  function running(): StartedFleet {
    if (!started) throw new Error('it was not started');
    return started;
  }

  const snapshot = (senders: LoadRun['processes']) => (edge: 'from' | 'to') => {
    const processes = [...running().processes, ...senders];
    return takeSnapshot(edge, context.meter, processes, nowMs);
  };

  function untilCut<Outcome>(put: () => Promise<Outcome>, abort: () => void): Promise<Outcome> {
    return loadUntilCut(running().fleet, signal, put, abort);
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
      await shared.start();
      started = shared.ofSize(planned.instances);
    },
    async connect() {
      connected = await system.connect(planned, running(), context);
    },
    pids: () =>
      failure === null ? (started?.fleet.processes ?? []).map(({ pid }) => pid as number) : [],
    connections: () => (failure === null ? (connected?.connections ?? []) : []),
    isNew: () => ofMine().includes(0),
    isWarm: () =>
      failure !== null || ofMine().every((requests) => requests >= workload.warmUpRequests),
    async warmUp(session, variant, seconds) {
      await system.askBesides(running().fleet, connected?.probes ?? [], context.seeded.posts);
      const before = counted ?? (await system.readInstances(running().fleet));
      const length = { leadMs: 0, windowMs: seconds * 1000 };
      const window = nextWindow(nowMs(), session.alignment(), length);
      const load = () => session.load(variant, { ...window, slices: 1, measured: false });
      const requests = await untilCut(load, session.abort);
      counted = await system.readInstances(running().fleet);
      for (const index of ofMine().keys()) {
        // A slow one gets fewer of them, and needs as many.
        const share = countedBetween(before[index], counted[index]) ?? requests / planned.instances;
        warmed.requests[index] = (warmed.requests[index] ?? 0) + share;
      }
      warmed.seconds += seconds;
    },
    limit(on) {
      shared.limit(on);
    },
    beginAgain() {
      measurement = beginMeasurement();
    },
    async measure(load, variant, length) {
      const { fleet } = running();
      measurement.startedAt ??= new Date().toISOString();
      // Their answers stand outside of what is measured.
      const before = await system.readInstances(fleet);
      const turn = await untilCut(
        () => load.turn(variant, length, snapshot(load.processes)),
        load.abort,
      );
      measurement.turns.push({ ...turn, before, after: await system.readInstances(fleet) });
    },
    keep(record, warmUps) {
      measurement.load = record;
      measurement.warmUps = warmUps;
    },
    async finish() {
      const { load: record, warmUps } = measurement;
      const loads = [...(record?.windows ?? []).map(({ reports }) => reports), warmUps];
      for (const reports of loads) {
        const { connections = [] } = connected ?? {};
        await deleteLeftovers(reports, connections, system.deletePost);
      }
    },
    conclude: () => concludeVariant({ measurement, warmed, failure, fleet: started?.fleet, blank }),
  };
}

/** null where the instance could not be asked. */
function countedBetween(
  before: InstanceReading | null | undefined,
  after: InstanceReading | null | undefined,
): number | null {
  return before && after ? after.requests.completed - before.requests.completed : null;
}
