/**
 * Runs the plan block by block, saves after each, and, where asked to, goes on with further rounds of
 * what is still unsure.
 */

import { freemem } from 'node:os';
import { unsureScenarios } from '../../analyse/unsure.js';
import { LabError } from '../../model/errors.js';
import type { Part } from '../../model/parts.js';
import { type PlannedTrial, planTrials, sharedOf } from '../../model/planned-trials.js';
import { isSameScenario } from '../../model/scenario.js';
import { countOf } from '../../text/count-of.js';
import { runBlocks } from '../../trial/block.js';
import type { TrialContext } from '../../trial/context.js';
import type { Recording } from '../record-run.js';

/** So many trials in a row without one answer: a store is gone for good, and going on is useless. */
const HOPELESS_FAILURES = 3;
/** What an instance under load takes at most (its figures stand in each result). */
const INSTANCE_BYTES = 120e6;

/**
 * @param quiet settles when nothing else of the run works any more; nothing is measured before
 * @throws LabError RUN_HOPELESS; the signal's reason when the run is cancelled
 */
export async function runPlan(
  result: Part,
  { context: shared, secondsPerTrial, save }: Recording,
  quiet?: Promise<unknown>,
): Promise<void> {
  const context = { ...shared.forPlan(result.config), quiet };
  const { emit } = context;
  emit({ type: 'planned', trials: result.config.order, secondsPerTrial });
  await runTrials(result.config.order, result, context, save);
  for (;;) {
    const more = furtherRounds(result);
    if (more.length === 0) return;
    const rounds = Math.max(...more.map(({ round }) => round));
    result.config = { ...result.config, rounds, order: [...result.config.order, ...more] };
    emit({ type: 'planned', trials: result.config.order, secondsPerTrial });
    await runTrials(more, result, context, save);
  }
}

async function runTrials(
  order: readonly PlannedTrial[],
  result: Part,
  context: TrialContext,
  save: () => Promise<void>,
): Promise<void> {
  const { emit, signal } = context;
  let failuresInARow = 0;
  for (const shared of sharedOf(order, {
    mostInstances: mostInstancesAtOnce(),
    fleetsServe: result.config.fleetsServe,
  })) {
    signal.throwIfAborted();
    await runBlocks(shared, result.trials.length, context, {
      onBegin: (block, index) => emit({ type: 'block-started', index, trials: block }),
      async onEnd(trials, index) {
        result.trials.push(...trials);
        await save();
        for (const [place, trial] of trials.entries()) {
          emit({ type: 'trial-finished', index: index + place, trial });
          failuresInARow = trial.requests === 0 ? failuresInARow + 1 : 0;
        }
        if (failuresInARow >= HOPELESS_FAILURES) {
          throw new LabError(
            'RUN_HOPELESS',
            `${countOf(failuresInARow, 'trial')} in a row answered no request. The last reason: ${trials.at(-1)?.invalidReasons[0]?.message}`,
          );
        }
      },
    });
  }
}

/** The next rounds, of the scenarios that have a verdict still unsure; none at the limit. */
function furtherRounds({ config, comparisons }: Part): PlannedTrial[] {
  const { untilSure, rounds } = config;
  if (!untilSure || rounds >= untilSure.maxRounds) return [];
  const unsure = unsureScenarios(comparisons);
  const until = Math.min(untilSure.maxRounds, rounds + untilSure.step);
  return planTrials({ ...config, rounds: until }).filter(
    (planned) =>
      planned.round > rounds && unsure.some((scenario) => isSameScenario(scenario, planned)),
  );
}

/** As many as half of the free memory holds. */
function mostInstancesAtOnce(): number {
  return Math.max(1, Math.floor(freemem() / 2 / INSTANCE_BYTES));
}
