/**
 * What every run that measures does around its measuring: a folder for the result, stores and load workers,
 * a result on disk after every step, so that whatever happens next, nothing is lost, and the reports at
 * its end.
 */
import { warningsOfPlans } from '../analyse/reanalyse.js';
import type { AgentTeam } from '../load/agents/agent-team.js';
import type { LoadMode } from '../load/load-mode.js';
import { describedWorkloads } from '../load/workloads/registry.js';
import { describeMachine } from '../measure/environment.js';
import { asWhole, partsOf } from '../model/parts.js';
import {
  type Comparison,
  type DescribedStrategy,
  type Question,
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
  /** Further plans of the same run, measured on the same stores. */
  further?: readonly RunConfig[];
  /** Why nothing can be held to a share of a core here, where that was wanted; null: it can. */
  noLimits?: string | null;
  /** Which questions the plans are to answer; absent: plans of one's own. */
  questions?: Question[];
  strategies: DescribedStrategy[];
  /** Machines that the load is to come from; absent: this one. */
  agents?: AgentTeam | undefined;
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
  /** What the trials need is made by it; unless told, by the stores and processes of the lab. */
  open?: typeof withTrialContext | undefined;
  /** What the result has from the start beyond what every result has. */
  begin?(): Promise<Partial<Result>>;
  /** Unless told, what the configuration says. */
  mode?: LoadMode;
  /** Of each plan, before each time that the result is written. */
  compare?(plan: Result): Comparison[];
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
    for (const part of partsOf(result)) {
      if (work.compare) part.comparisons = work.compare(asWhole(result, part));
    }
    if (input.agents) result.environment.agents = input.agents.describe();
    result.warnings = warningsOfPlans(result);
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
    const open = work.open ?? withTrialContext;
    await open(
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
  if (input.becomesLatest && hasMeasured(result)) {
    const why = await folder.becomeLatest();
    if (why !== null) emit({ type: 'stage', message: why });
  }
  if (failure !== undefined && !signal.aborted) throw failure;
  emit({ type: 'finished', result, folder: folder.path, files });
  return { result, folder: folder.path };
}

/** Whether anything of it is a measurement. */
export function hasMeasured(result: Result): boolean {
  const trials = partsOf(result).flatMap((part) => part.trials);
  const asked = (result.logout?.variants ?? []).some(({ logins }) => logins.length > 0);
  return asked || trials.some(({ valid }) => valid);
}

function emptyResult(
  id: string,
  { config, further = [], questions, noLimits, strategies, agents }: RunInput,
): Result {
  return {
    schemaVersion: SCHEMA_VERSION,
    id,
    startedAt: new Date().toISOString(),
    endedAt: null,
    partial: true,
    config,
    environment: {
      ...describeMachine({ serves: !config.targets }),
      ...(noLimits && { cpuLimiterMissing: noLimits }),
      ...(agents && { agents: agents.describe() }),
    },
    strategies,
    workloads: describedWorkloads([
      ...new Set([config, ...further].flatMap(({ workloads }) => workloads)),
    ]),
    trials: [],
    ...(questions && { questions }),
    ...(further.length > 0 && {
      further: further.map((each) => ({ config: each, trials: [], comparisons: [] })),
    }),
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

function measuredSeconds(result: Result): number {
  const trials = partsOf(result).flatMap((part) => part.trials);
  const attempts = (result.sustained ?? []).flatMap((each) => each.attempts);
  return [...trials, ...attempts].reduce((sum, { seconds }) => sum + seconds, 0);
}
