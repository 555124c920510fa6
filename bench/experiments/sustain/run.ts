/**
 * lab sustain: stores -> seeded data -> credentials -> a search for each cell -> rounds that confirm.
 * The result is on disk after every attempt.
 */

import { summariseRounds } from '../../analyse/sustained.js';
import { warningsOf } from '../../analyse/warnings.js';
import { startOpenLoopGenerator } from '../../load/open-loop/generator.js';
import { describedWorkloads } from '../../load/workloads/registry.js';
import { describeMachine } from '../../measure/environment.js';
import type { PlannedTrial } from '../../model/planned-trials.js';
import {
  type DescribedStrategy,
  type Result,
  SCHEMA_VERSION,
  type Sustained,
  type SustainedAttempt,
} from '../../model/result-schema.js';
import { assertOpenFiles } from '../../processes/open-files.js';
import type { TrialContext } from '../../trial/context.js';
import type { RunEvent } from '../../trial/events.js';
import { withTrialContext } from '../../trial/open-context.js';
import { mostConnections } from '../compare/most-connections.js';
import { noteOthers } from '../compare/run.js';
import { createResultFolder, type NamedText } from '../result-folder.js';
import { type CellInput, confirmCell, emptySustained, searchCell } from './measure-cell.js';
import { describeAttempt, describeCell } from './progress.js';
import type { SustainConfig } from './sustain-config.js';

/** For the rehearsal, whose only purpose is that the sender's code is compiled. */
const REHEARSAL = { arrivals: 'poisson', rateRps: 500 } as const;

export interface SustainInput {
  config: SustainConfig;
  strategies: DescribedStrategy[];
  /** Folder in which the folder of the result is made. */
  outFolder: string;
  signal: AbortSignal;
  /** The reports of a result, for its folder. */
  render(result: Result): NamedText[];
  /** Other runs that measure at this moment, in words. */
  alongside(): Promise<string[]>;
  say(message: string): void;
}

/**
 * When the signal is aborted, what was measured is written, marked partial.
 *
 * @throws LabError when the run fails; the partial result is written before
 */
export async function runSustain(input: SustainInput): Promise<{ result: Result; folder: string }> {
  const { signal } = input;
  await assertOpenFiles(mostConnections(input.config.run, 1));
  const folder = await createResultFolder(input.outFolder);
  const result = emptyResult(folder.id, input);
  const started = performance.now();
  const save = async () => {
    noteOthers(result, await input.alongside());
    result.warnings = warningsOf(result);
    result.lab = {
      wallSeconds: (performance.now() - started) / 1000,
      measuredSeconds: attemptsOf(result).reduce((sum, { seconds }) => sum + seconds, 0),
      peakRssBytes: process.resourceUsage().maxRSS * 1024,
    };
    await folder.save(result);
  };
  await save();
  let failure: unknown;
  try {
    const { config, strategies, say } = input;
    const emit = (event: RunEvent) => {
      if (event.type === 'stage') say(event.message);
    };
    await withTrialContext(
      { config: config.run, strategies, signal, emit },
      result,
      (context) => measureCells(input, result, context, save),
      (shards, guardian) => startOpenLoopGenerator(shards, guardian, REHEARSAL),
    );
    result.partial = false;
  } catch (error) {
    failure = error;
  }
  result.endedAt = new Date().toISOString();
  await save();
  await folder.finish(input.render(result));
  if (failure !== undefined && !signal.aborted) throw failure;
  return { result, folder: folder.path };
}

async function measureCells(
  input: SustainInput,
  result: Result,
  context: TrialContext,
  save: () => Promise<void>,
): Promise<void> {
  const { config, say } = input;
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

function emptyResult(id: string, { config, strategies }: SustainInput): Result {
  return {
    schemaVersion: SCHEMA_VERSION,
    id,
    startedAt: new Date().toISOString(),
    endedAt: null,
    partial: true,
    config: config.run,
    environment: describeMachine(),
    strategies,
    workloads: describedWorkloads(config.run.workloads),
    trials: [],
    sustained: [],
    comparisons: [],
    warnings: [],
    lab: { wallSeconds: 0, measuredSeconds: 0, peakRssBytes: 0 },
  };
}

function attemptsOf({ sustained = [] }: Result): SustainedAttempt[] {
  return sustained.flatMap(({ attempts }) => attempts);
}
