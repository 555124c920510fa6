/** lab sustain: a search for each condition, then rounds that confirm. */
import { summariseRounds } from '../../analyse/sustained.js';
import { openLoop } from '../../load/open-loop/open-loop.js';
import { isSameCondition } from '../../model/condition.js';
import type { PlannedTrial } from '../../model/planned-trials.js';
import type { Sustained } from '../../model/result-schema.js';
import { assertOpenFiles } from '../../processes/open-files.js';
import { mostConnections } from '../compare/most-connections.js';
import { type FinishedRun, type Recording, type RunInput, recordRun } from '../record-run.js';
import {
  type ConditionInput,
  confirmCondition,
  emptySustained,
  searchCondition,
} from './measure-condition.js';
import { describeAttempt, describeCondition } from './progress.js';
import type { SustainConfig } from './sustain-config.js';

/** For the rehearsal. Its only purpose is that the sender's code is compiled. */
const REHEARSAL = { arrivals: 'poisson', rateRps: 500 } as const;

export interface SustainInput extends Omit<RunInput, 'config' | 'emit' | 'becomesLatest'> {
  config: SustainConfig;
  say(message: string): void;
}

/**
 * When the signal is aborted, what was measured is written, marked partial.
 *
 * @throws LabError when the run fails; the partial result is written before
 */
export async function runSustain(input: SustainInput): Promise<FinishedRun> {
  const { config, say } = input;
  await assertOpenFiles(mostConnections(config.run, 1));
  return recordRun(
    {
      ...input,
      config: config.run,
      becomesLatest: false,
      emit(event) {
        if (event.type === 'stage') say(event.message);
      },
    },
    {
      begin: async () => ({ sustained: [] }),
      mode: openLoop(REHEARSAL),
      measure: (recording) => measureConditions(input, recording),
    },
  );
}

async function measureConditions(
  { config, say }: SustainInput,
  { result, context, save }: Recording,
): Promise<void> {
  const found: Sustained[] = [];
  const inputFor = (planned: PlannedTrial, sustained: Sustained): ConditionInput => ({
    planned,
    config,
    context,
    onAttempt(attempt) {
      sustained.attempts.push(attempt);
      say(`${describeCondition(planned)}: ${describeAttempt(attempt)}`);
    },
  });
  // The first round of the plan has every condition once, in shuffled order.
  for (const planned of config.run.order.filter(({ round }) => round === 1)) {
    const sustained = emptySustained(planned, config);
    found.push(sustained);
    result.sustained?.push(sustained);
    say(`${describeCondition(planned)}: searching`);
    sustained.searchedRps = (await searchCondition(inputFor(planned, sustained))).rateRps;
    await save();
  }
  for (const planned of config.run.order) {
    const sustained = found.find((known) => isSameCondition(known, planned));
    if (!sustained || sustained.searchedRps === null) continue;
    const { round } = planned;
    say(`${describeCondition(planned)}: confirming, round ${round} of ${config.run.rounds}`);
    const input = inputFor(planned, sustained);
    const confirmed = await confirmCondition(input, sustained.searchedRps);
    sustained.rounds.push({ round, ...confirmed });
    Object.assign(sustained, summariseRounds(sustained.rounds));
    await save();
  }
}
