/**
 * The main job: stores -> seeded data -> credentials -> trials, one after the other -> a result.
 * The result is on disk after every trial, so that whatever happens next, nothing is lost.
 */

import { compareStrategies } from '../../analyse/compare.js';
import { warningsOf } from '../../analyse/warnings.js';
import type { StartLoadGenerator } from '../../load/generator.js';
import { startOpenLoopGenerator } from '../../load/open-loop/generator.js';
import { describedWorkloads } from '../../load/workloads/registry.js';
import { describeMachine } from '../../measure/environment.js';
import { blocksOf } from '../../model/planned-trials.js';
import {
  type DescribedStrategy,
  type Result,
  type RunConfig,
  SCHEMA_VERSION,
} from '../../model/result-schema.js';
import type { Variant } from '../../model/variant.js';
import { assertOpenFiles } from '../../processes/open-files.js';
import type { EmitRunEvent } from '../../trial/events.js';
import { withTrialContext } from '../../trial/open-context.js';
import { readCalibration } from '../calibration.js';
import { createResultFolder } from '../result-folder.js';
import { mostConnections } from './most-connections.js';
import { mostInstancesAtOnce, runPlan } from './run-plan.js';

export interface RunInput {
  config: RunConfig;
  strategies: DescribedStrategy[];
  /** Folder in which the folder of the result is made. */
  outFolder: string;
  signal: AbortSignal;
  /** Other runs that measure at this moment, in words. */
  alongside(): Promise<string[]>;
  emit: EmitRunEvent;
  /** Whether results/latest leads to it from now on; only where a trial of it is valid. */
  becomesLatest: boolean;
}

export interface FinishedRun {
  result: Result;
  folder: string;
}

/**
 * Runs the plan. When the signal is aborted, what was measured is written, marked partial.
 *
 * @throws LabError when the run fails; the partial result is written before
 */
export async function runComparison(input: RunInput): Promise<FinishedRun> {
  const { config, emit, signal } = input;
  const blocks = blocksOf(config.order, mostInstancesAtOnce());
  await assertOpenFiles(mostConnections(config, Math.max(...blocks.map((block) => block.length))));
  const folder = await createResultFolder(input.outFolder);
  const environment = describeMachine();
  const calibration = await readCalibration(input.outFolder, environment);
  const result: Result = {
    schemaVersion: SCHEMA_VERSION,
    id: folder.id,
    startedAt: new Date().toISOString(),
    endedAt: null,
    partial: true,
    config,
    environment,
    ...(calibration && { calibration }),
    strategies: input.strategies,
    workloads: describedWorkloads(config.workloads),
    trials: [],
    comparisons: [],
    warnings: [],
    lab: { wallSeconds: 0, measuredSeconds: 0, peakRssBytes: 0 },
  };
  const started = performance.now();
  const save = async () => {
    noteOthers(result, await input.alongside());
    result.comparisons = compareStrategies(result);
    result.warnings = warningsOf(result);
    result.lab = {
      wallSeconds: (performance.now() - started) / 1000,
      measuredSeconds: result.trials.reduce((sum, trial) => sum + trial.seconds, 0),
      peakRssBytes: process.resourceUsage().maxRSS * 1024,
    };
    await folder.save(result);
  };
  await save();
  let failure: unknown;
  try {
    await withTrialContext(
      input,
      result,
      (context, secondsPerTrial) => runPlan(secondsPerTrial, result, context, save),
      openLoopOf(config),
    );
    result.partial = false;
  } catch (error) {
    failure = error;
  }
  result.endedAt = new Date().toISOString();
  await save();
  const files = await folder.finish(result);
  if (input.becomesLatest && result.trials.some(({ valid }) => valid)) {
    const why = await folder.becomeLatest();
    if (why !== null) emit({ type: 'stage', message: why });
  }
  if (failure !== undefined && !signal.aborted) throw failure;
  emit({ type: 'finished', result, folder: folder.path, files });
  return { result, folder: folder.path };
}

/** Each once, whenever in the run it was seen. */
export function noteOthers({ environment }: Result, seen: readonly string[]): void {
  if (seen.length === 0) return;
  environment.alongside = [...new Set([...(environment.alongside ?? []), ...seen])];
}

/** undefined: the closed loop. */
function openLoopOf({ offered }: RunConfig): StartLoadGenerator | undefined {
  return (
    offered && ((loadWorkers, guardian) => startOpenLoopGenerator(loadWorkers, guardian, offered))
  );
}

/** The strategies of the variants, as the service describes them. */
export function describedStrategies(
  known: readonly DescribedStrategy[],
  variants: readonly Variant[],
): DescribedStrategy[] {
  return known.filter(({ name }) => variants.some(({ strategy }) => strategy === name));
}
