/** What a run tells whoever listens: progress, and later other views, subscribe to the same events. */
import type { PlannedTrial } from '../model/planned-trials.js';
import type { Result, Trial } from '../model/result-schema.js';

export type RunEvent =
  | { type: 'stage'; message: string }
  | { type: 'planned'; trials: readonly PlannedTrial[]; secondsPerTrial: number }
  | { type: 'block-started'; index: number; trials: readonly PlannedTrial[] }
  | {
      type: 'block-phase';
      phase: 'starting' | 'logging in' | 'warming up' | 'measuring' | 'stopping';
    }
  | { type: 'trial-finished'; index: number; trial: Trial }
  | { type: 'finished'; result: Result; folder: string; files: string[] };

export type EmitRunEvent = (event: RunEvent) => void;
