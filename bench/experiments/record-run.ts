/**
 * What every run that measures does around its measuring: a folder for the result, stores and load workers,
 * a result on disk after every step, so that whatever happens next, nothing is lost, and the reports at
 * its end.
 */
import { warningsOf } from '../analyse/warnings.js';
import type { LoadMode } from '../load/load-mode.js';
import { describedWorkloads } from '../load/workloads/registry.js';
import { describeMachine } from '../measure/environment.js';
import {
  type DescribedStrategy,
  type Result,
  type RunConfig,
  SCHEMA_VERSION,
} from '../model/result-schema.js';
import type { TrialContext } from '../trial/context.js';
import type { EmitRunEvent } from '../trial/events.js';
import { withTrialContext } from '../trial/open-context.js';
import { createResultFolder, type NamedText } from './result-folder.js';

export interface RunInput {
  config: RunConfig;
  strategies: DescribedStrategy[];
  /** Folder in which the folder of the result is made. */
  outFolder: string;
  signal: AbortSignal;
  /** Other runs that measure at this moment, in words. */
  alongside(): Promise<string[]>;
  /** The reports of a result, for its folder. */
  render(result: Result): NamedText[];
  emit: EmitRunEvent;
  /** Whether results/latest leads to it from now on; only where a trial of it is valid. */
  becomesLatest: boolean;
}

export interface FinishedRun {
  result: Result;
  folder: string;
}

export interface RecordedWork {
  /** What the result has from the start beyond what every result has. */
  begin?(): Promise<Partial<Result>>;
  /** Unless told, what the configuration says. */
  mode?: LoadMode;
  /** Before each time that the result is written. */
  analyse?(result: Result): void;
  /** Measures, writes what it finds into the result, and saves it. */
  measure(recording: Recording): Promise<void>;
}

export interface Recording {
  result: Result;
  context: TrialContext;
  /** A first guess. */
  secondsPerTrial: number;
  /** Analyses the result and writes it. */
  save(): Promise<void>;
}

/**
 * When the signal is aborted, what was measured is written, marked partial.
 *
 * @throws LabError when the run fails; the partial result is written before
 */
export async function recordRun(input: RunInput, work: RecordedWork): Promise<FinishedRun> {
  const { emit, signal } = input;
  const folder = await createResultFolder(input.outFolder);
  const result = { ...emptyResult(folder.id, input), ...(await work.begin?.()) };
  const started = performance.now();
  const save = async () => {
    noteOthers(result, await input.alongside());
    work.analyse?.(result);
    result.warnings = warningsOf(result);
    result.lab = {
      wallSeconds: (performance.now() - started) / 1000,
      measuredSeconds: measuredSeconds(result),
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
      (context, secondsPerTrial) => work.measure({ result, context, secondsPerTrial, save }),
      work.mode,
    );
    result.partial = false;
  } catch (error) {
    failure = error;
  }
  result.endedAt = new Date().toISOString();
  await save();
  const files = await folder.finish(input.render(result));
  if (input.becomesLatest && result.trials.some(({ valid }) => valid)) {
    const why = await folder.becomeLatest();
    if (why !== null) emit({ type: 'stage', message: why });
  }
  if (failure !== undefined && !signal.aborted) throw failure;
  emit({ type: 'finished', result, folder: folder.path, files });
  return { result, folder: folder.path };
}

function emptyResult(id: string, { config, strategies }: RunInput): Result {
  return {
    schemaVersion: SCHEMA_VERSION,
    id,
    startedAt: new Date().toISOString(),
    endedAt: null,
    partial: true,
    config,
    environment: describeMachine(),
    strategies,
    workloads: describedWorkloads(config.workloads),
    trials: [],
    comparisons: [],
    warnings: [],
    lab: { wallSeconds: 0, measuredSeconds: 0, peakRssBytes: 0 },
  };
}

/** Each once, whenever in the run it was seen. */
function noteOthers({ environment }: Result, seen: readonly string[]): void {
  if (seen.length === 0) return;
  environment.alongside = [...new Set([...(environment.alongside ?? []), ...seen])];
}

function measuredSeconds({ trials, sustained = [] }: Result): number {
  const attempts = sustained.flatMap((each) => each.attempts);
  return [...trials, ...attempts].reduce((sum, { seconds }) => sum + seconds, 0);
}
