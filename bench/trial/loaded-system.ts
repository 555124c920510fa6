/**
 * What a run loads. The engine asks for fleets, connections and readings, and this is the one place where
 * it is decided where they come from: processes that the lab starts (own-fleets.ts), or deployments that it
 * did not start (targets/).
 */
import type { Fleet } from '../fleet/fleet.js';
import type { Connection, SeededPosts } from '../load/workload.js';
import type { MeasuredProcess } from '../measure/snapshot.js';
import type { PlannedTrial } from '../model/planned-trials.js';
import type { InstanceReading } from './instance-requests.js';
import type { TrialConnections } from './trial-connections.js';

/** What answers the load of one variant. */
export interface LoadedFleet extends Pick<Fleet, 'web' | 'processes' | 'lost' | 'onLost'> {
  /** What connections are spread over, in this order. */
  instances: readonly LoadedInstance[];
  /** It does not tell how many requests it answered, so nobody can hold them against those that were sent. */
  countsUnknown?: true;
}

export interface LoadedInstance {
  /** Counted from 1. */
  number: number;
  origin: string;
  /** null where the lab did not start it. */
  pid: number | null;
}

export interface StartedFleet {
  fleet: LoadedFleet;
  /** Those of the fleet and the stores, each perhaps held to a share of a core. */
  processes: readonly MeasuredProcess[];
  /** Holds the processes of the fleet to their share, or lets them go. */
  limit(on: boolean): void;
  stop(): Promise<void>;
}

/** @typeParam Context what every trial of the run needs (context.ts) */
export interface LoadedSystem<Context> {
  /** @throws LabError where it cannot be loaded; nothing is left running then */
  start(variant: string, instances: number, context: Context): Promise<StartedFleet>;
  /** Everyone logged in, and all answers checked. @throws LabError */
  connect(
    planned: PlannedTrial,
    started: StartedFleet,
    context: Context,
  ): Promise<TrialConnections>;
  /** @returns in the order of the instances; null for one that cannot be asked */
  readInstances(fleet: LoadedFleet): Promise<(InstanceReading | null)[]>;
  /** What a connection had made and not deleted when its load ended. */
  deletePost(author: Connection, path: string): Promise<void>;
  /** What reaches an instance besides the load, while it warms up. */
  askBesides(fleet: LoadedFleet, probes: readonly Connection[], posts: SeededPosts): Promise<void>;
}
