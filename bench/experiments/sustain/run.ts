/**
 * lab sustain: stores -> seeded data -> credentials -> a search for each condition -> rounds that confirm.
 * The result is on disk after every attempt.
 */

import { summariseRounds } from '../../analyse/sustained.js';
import { warningsOf } from '../../analyse/warnings.js';
import type { SustainConfig } from '../../cli/options/sustain-options.js';
import { startOpenLoopGenerator } from '../../load/open-loop/generator.js';
import { describedWorkloads } from '../../load/workloads/registry.js';
import { describeMachine } from '../../measure/environment.js';
import { isSameCondition } from '../../model/condition.js';
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
import { createResultFolder } from '../result-folder.js';
import {
  type ConditionInput,
  confirmCondition,
  emptySustained,
  searchCondition,
} from './measure-condition.js';
import { describeAttempt, describeCondition } from './progress.js';

/** For the rehearsal, whose only purpose is that the sender's code is compiled. */
const REHEARSAL = { arrivals: 'poisson', rateRps: 500 } as const;

export interface SustainInput {
  config: SustainConfig;
  strategies: DescribedStrategy[];
  /** Folder in which the folder of the result is made. */
  outFolder: string;
  signal: AbortSignal;
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
      (context) => measureConditions(input, result, context, save),
      (loadWorkers, guardian) => startOpenLoopGenerator(loadWorkers, guardian, REHEARSAL),
    );
    result.partial = false;
  } catch (error) {
    failure = error;
  }
  result.endedAt = new Date().toISOString();
  await save();
  await folder.finish(result);
  if (failure !== undefined && !signal.aborted) throw failure;
  return { result, folder: folder.path };
}

async function measureConditions(
  input: SustainInput,
  result: Result,
  context: TrialContext,
  save: () => Promise<void>,
): Promise<void> {
  const { config, say } = input;
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
    say(
      `${describeCondition(planned)}: confirming, round ${planned.round} of ${config.run.rounds}`,
    );
    const input = inputFor(planned, sustained);
    const confirmed = await confirmCondition(input, sustained.searchedRps);
    sustained.rounds.push({ round: planned.round, ...confirmed });
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
