/** The rate of one strategy, workload and number of instances: searched once, confirmed in rounds. */

import type { PlannedTrial } from '../../model/planned-trials.js';
import type { Sustained, SustainedAttempt } from '../../model/result-schema.js';
import { type Block, withBlock } from '../../trial/block.js';
import type { TrialContext } from '../../trial/context.js';
import { type AttemptOrder, attemptRate } from './attempt.js';
import { confirmRate, type Found, searchRate, type TryRate } from './search.js';
import type { SustainConfig } from './sustain-config.js';

/** The lowest missed and the highest met rate end up at most 5 % apart. */
const RESOLUTION = 1.05;
/** Windows of the search are short: it only has to come close. */
const MAX_SEARCH_SECONDS = 2;
const SEARCH_WARM_UP_SECONDS = 0.5;

export interface CellInput {
  cell: PlannedTrial;
  config: SustainConfig;
  context: TrialContext;
  /** Called with every attempt, at once. */
  onAttempt(attempt: SustainedAttempt): void;
}

export function searchCell(input: CellInput): Promise<Found> {
  const { cell, config, context } = input;
  const { fromRps, toRps, run } = config;
  return withBlock([cell], 0, context, async (block) => {
    const seconds = Math.min(MAX_SEARCH_SECONDS, run.seconds);
    const shape = { phase: 'search', seconds, warmUpSeconds: SEARCH_WARM_UP_SECONDS } as const;
    return searchRate(tries(block, shape, input), { fromRps, toRps, resolution: RESOLUTION });
  });
}

export function confirmCell(input: CellInput, searchedRps: number): Promise<Found> {
  const { cell, config, context } = input;
  return withBlock([cell], 0, context, async (block) => {
    const { seconds, warmUpSeconds } = config.run;
    const tryRate = tries(block, { phase: 'confirm', seconds, warmUpSeconds }, input);
    return confirmRate(tryRate, searchedRps, { toRps: config.toRps, resolution: RESOLUTION });
  });
}

/** One that nobody asked for a second time: its place in the result, before anything is known. */
export function emptySustained(
  { strategy, workload, instances }: PlannedTrial,
  { objective }: SustainConfig,
): Sustained {
  return {
    strategy,
    workload,
    instances,
    objective,
    searchedRps: null,
    rounds: [],
    rateRps: null,
    interval95: null,
    atLeast: false,
    attempts: [],
  };
}

function tries(
  block: Block,
  shape: Pick<AttemptOrder, 'phase' | 'seconds' | 'warmUpSeconds'>,
  { cell, config, context, onAttempt }: CellInput,
): TryRate {
  return async (rateRps) => {
    context.signal.throwIfAborted();
    block.assertSound();
    const attempt = await attemptRate(block, cell, { ...shape, rateRps }, config.objective);
    onAttempt(attempt);
    return attempt.outcome;
  };
}
