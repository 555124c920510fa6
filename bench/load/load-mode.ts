/**
 * A way to put load on variants: the closed loop, the open loop, and whatever comes next. The trial
 * engine asks for windows and records; it does not ask which one it is.
 */
import type { RunProcess } from '../processes/run-process.js';
import type { LoadGenerator, LoadSession } from './generator.js';
import type { Edge, Readings } from './load-once.js';
import type { LoadProcesses } from './load-processes.js';
import type { LoadOrder, WorkerReport } from './messages.js';
import type { Connection } from './workload.js';

export interface LoadMode {
  /** A window that is shorter says little. */
  shortestWindowMs: number;
  /** Whether a variant that is measured alone has its time cut into windows all the same. */
  cutsAlone: boolean;
  /** Whether the processes that send also warm each block up; else they are warmed up before the first trial. */
  warmsUp: boolean;
  /** The processes that send while it is measured. */
  generator(processes: LoadProcesses): Promise<LoadGenerator>;
  begin(block: HeldBlock): Promise<LoadRun>;
}

/** The connections of all variants of a block, open and silent, and warm. */
export interface HeldBlock {
  processes: LoadProcesses;
  session: LoadSession;
  connections: readonly Connection[][];
  order: Pick<LoadOrder, 'workload' | 'posts' | 'seed'>;
}

/** A turn of a variant: the others are silent until it is over. */
export interface TurnLength {
  /** Measured, one after the other. */
  windows: number;
  /** Load before each window, in which the loop finds its pace. */
  leadMs: number;
  windowMs: number;
}

/** What was read at both edges of a window, and how many requests were answered between them. */
export interface ReadWindow<Reading> extends Readings<Reading> {
  requests: number;
}

export interface Turn<Reading> {
  windows: ReadWindow<Reading>[];
  /** Requests answered in the whole turn. */
  requests: number;
}

/** Of one block. */
export interface LoadRun {
  processes: readonly RunProcess[];
  /**
   * Loads one variant, while the others are silent.
   *
   * @param read what every process used so far, at both edges of each window
   */
  turn<Reading>(
    variant: number,
    length: TurnLength,
    read: (edge: Edge) => Promise<Reading>,
  ): Promise<Turn<Reading>>;
  /** Ends a turn early. */
  abort(): void;
  /** @returns by variant */
  finish(): Promise<LoadRecord[]>;
}

/** What the load workers saw of one variant in its windows. */
export interface LoadRecord {
  /** How long each was, and what was seen in it. Windows of a closed loop are told of together. */
  windows: readonly { seconds: number; reports: readonly WorkerReport[] }[];
  /**
   * Between two loads: each pair of readings holds a whole load, from its first request to its last
   * answer, and so the whole cost of these requests. Under load: it frames a window in a load that goes on.
   */
  readings: 'between-loads' | 'under-load';
  /** Whether `windows` holds all that the session of the block has sent, the warm-up too. */
  holdsWarmUp: boolean;
  /** Requests that may have been on their way when load ended. */
  inFlightLimit: number;
}
