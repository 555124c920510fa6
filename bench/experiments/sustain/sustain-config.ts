import type { Objective, RunConfig } from '../../model/result-schema.js';

export interface SustainConfig {
  run: RunConfig;
  objective: Objective;
  /** The rate that the search begins at, and the highest it tries. */
  fromRps: number;
  toRps: number;
}
