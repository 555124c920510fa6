/** lab sustain: a search for each condition, then rounds that confirm. */
import { summariseRounds } from '../../analyse/sustained.js';
import { openLoop } from '../../load/open-loop/open-loop.js';
import type { PlannedTrial } from '../../model/planned-trials.js';
import type { Sustained } from '../../model/result-schema.js';
import { assertOpenFiles } from '../../processes/open-files.js';
import { mostConnections } from '../compare/most-connections.js';
import { type FinishedRun, type Recording, type RunInput, recordRun } from '../record-run.js';
import { type CellInput, confirmCell, emptySustained, searchCell } from './measure-cell.js';
import { describeAttempt, describeCell } from './progress.js';
import type { SustainConfig } from './sustain-config.js';

/** For the rehearsal, whose only purpose is that the sender's code is compiled. */
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
      begin: { sustained: [] },
      mode: openLoop(REHEARSAL),
      measure: (recording) => measureCells(input, recording),
    },
  );
}

async function measureCells(
  { config, say }: SustainInput,
  { result, context, save }: Recording,
): Promise<void> {
  const found = new Map<string, Sustained>();
  const cellInput = (cell: PlannedTrial, sustained: Sustained): CellInput => ({
    cell,
    config,
    context,
    onAttempt(attempt) {
      sustained.attempts.push(attempt);
      say(`${describeCell(cell)}: ${describeAttempt(attempt)}`);
    },
  });
  // The first round of the plan has every cell once, in shuffled order.
  for (const cell of config.run.order.filter(({ round }) => round === 1)) {
    const sustained = emptySustained(cell, config);
    found.set(describeCell(cell), sustained);
    result.sustained?.push(sustained);
    say(`${describeCell(cell)}: searching`);
    sustained.searchedRps = (await searchCell(cellInput(cell, sustained))).rateRps;
    await save();
  }
  for (const cell of config.run.order) {
    const sustained = found.get(describeCell(cell));
    if (!sustained || sustained.searchedRps === null) continue;
    say(`${describeCell(cell)}: confirming, round ${cell.round} of ${config.run.rounds}`);
    const confirmed = await confirmCell(cellInput(cell, sustained), sustained.searchedRps);
    sustained.rounds.push({ round: cell.round, ...confirmed });
    Object.assign(sustained, summariseRounds(sustained.rounds));
    await save();
  }
}
