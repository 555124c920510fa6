/** The rate of one strategy, workload and number of instances: searched once, confirmed in rounds. */

import type { PlannedTrial } from '../../model/planned-trials.js';
import type { Sustained, SustainedAttempt } from '../../model/result-schema.js';
import type { TrialContext } from '../../trial/context.js';
import { type AttemptOrder, attemptRate, type Bench, withFreshBench } from './attempt.js';
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
  return withFreshBench(cell, context, async (bench) => {
    const seconds = Math.min(MAX_SEARCH_SECONDS, run.seconds);
    const shape = { phase: 'search', seconds, warmUpSeconds: SEARCH_WARM_UP_SECONDS } as const;
    return searchRate(tries(bench, shape, input), { fromRps, toRps, resolution: RESOLUTION });
  });
}

export function confirmCell(input: CellInput, searchedRps: number): Promise<Found> {
  const { cell, config, context } = input;
  return withFreshBench(cell, context, async (bench) => {
    const { seconds, warmUpSeconds } = config.run;
    const tryRate = tries(bench, { phase: 'confirm', seconds, warmUpSeconds }, input);
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
  bench: Bench,
  shape: Pick<AttemptOrder, 'phase' | 'seconds' | 'warmUpSeconds'>,
  { config, context, onAttempt }: CellInput,
): TryRate {
  let number = 0;
  return async (rateRps) => {
    context.signal.throwIfAborted();
    // Other arrivals in each attempt, and the same ones for all strategies.
    const seed = config.run.seed + 1000 * bench.cell.round + number++;
    const attempt = await attemptRate(
      bench,
      { ...shape, rateRps, seed },
      config.objective,
      context,
    );
    onAttempt(attempt);
    return attempt.outcome;
  };
}
