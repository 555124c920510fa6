/** The rate of one condition: searched once, confirmed in rounds. */

import { conditionOf } from '../../model/condition.js';
import type { PlannedTrial } from '../../model/planned-trials.js';
import type { Sustained, SustainedAttempt } from '../../model/result-schema.js';
import { type Block, withBlockOfItsOwn } from '../../trial/block.js';
import type { TrialContext } from '../../trial/context.js';
import { type AttemptOrder, attemptRate } from './attempt.js';
import { confirmRate, type Found, searchRate, type TryRate } from './search.js';
import type { SustainConfig } from './sustain-config.js';

/** The lowest missed and the highest met rate end up at most 5 % apart. */
const RESOLUTION = 1.05;
/** Windows of the search are short: it only has to come close. */
const MAX_SEARCH_SECONDS = 2;
const SEARCH_WARM_UP_SECONDS = 0.5;

export interface ConditionInput {
  planned: PlannedTrial;
  config: SustainConfig;
  context: TrialContext;
  /** Called with every attempt, at once. */
  onAttempt(attempt: SustainedAttempt): void;
}

export function searchCondition(input: ConditionInput): Promise<Found> {
  const { planned, config, context } = input;
  const { fromRps, toRps, run } = config;
  return withBlockOfItsOwn([planned], context, async (block) => {
    const seconds = Math.min(MAX_SEARCH_SECONDS, run.seconds);
    const shape = { phase: 'search', seconds, warmUpSeconds: SEARCH_WARM_UP_SECONDS } as const;
    return searchRate(tries(block, shape, input), { fromRps, toRps, resolution: RESOLUTION });
  });
}

export function confirmCondition(input: ConditionInput, searchedRps: number): Promise<Found> {
  const { planned, config, context } = input;
  return withBlockOfItsOwn([planned], context, async (block) => {
    const { seconds, warmUpSeconds } = config.run;
    const tryRate = tries(block, { phase: 'confirm', seconds, warmUpSeconds }, input);
    return confirmRate(tryRate, searchedRps, { toRps: config.toRps, resolution: RESOLUTION });
  });
}

/** Its place in the result, before anything is known. */
export function emptySustained(planned: PlannedTrial, { objective }: SustainConfig): Sustained {
  return {
    ...conditionOf(planned),
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
  { planned, config, context, onAttempt }: ConditionInput,
): TryRate {
  return async (rateRps) => {
    context.signal.throwIfAborted();
    block.assertSound();
    const attempt = await attemptRate(block, planned, { ...shape, rateRps }, config.objective);
    onAttempt(attempt);
    return attempt.outcome;
  };
}
