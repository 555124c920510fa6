import type { ReadUsage } from './process-usage.js';

/** A process of a run, as whoever started it describes it to those who read or hold it. */
export interface RunProcess {
  /** The id of its tier (model/tiers.ts). */
  tier: string;
  /** Another one for each process of the run: "instance 1". */
  name: string;
  /** null when it runs on another machine. */
  pid: number | null;
  /** Processes of it that serve, where it says how many there are. */
  workers?: number;
  /** Which agent it runs on, where that is another machine. */
  agent?: string;
  /** Where this machine cannot see it, or not by its pid: as whoever knows it reads it. */
  readUsage?(): Promise<ReadUsage | null>;
}
