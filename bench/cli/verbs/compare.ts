/** lab compare: runs the plan, prints progress and verdicts, writes a result folder. */

import { relative } from 'node:path';
import { assertLimits, whyNoLimits } from '../../experiments/compare/assert-limits.js';
import { createProgress } from '../../experiments/compare/progress.js';
import { describedStrategies, runComparison } from '../../experiments/compare/run.js';
import { hasMeasured } from '../../experiments/record-run.js';
import { describeService, describeWholeService } from '../../fleet/service-commands.js';
import { LabError } from '../../model/errors.js';
import { partsOf } from '../../model/parts.js';
import type { Result } from '../../model/result-schema.js';
import { SMALL_MACHINES } from '../../model/small-machines.js';
import { rerunInDelegatedGroup } from '../../processes/cpu-limits/delegated-rerun.js';
import { renderReports } from '../../report/render-reports.js';
import { renderSummary } from '../../report/terminal.js';
import { namedDatabase } from '../../stores/registry.js';
import { countOf } from '../../text/count-of.js';
import { asksForLimits } from '../options/limit-options.js';
import { assertNodeOptions } from '../options/node-options.js';
import { type CompareOptions, compareOptions, configFrom } from '../options/options.js';
import {
  type AskedQuestions,
  hasPlan,
  plansFor,
  questionsAsked,
} from '../options/question-options.js';
import { assertVariables } from '../options/set-option.js';
import { parseOptions } from '../parse-options.js';
import type { Verb } from './verb.js';

export const compare: Verb = {
  measures: 'kept',
  summary: 'measure strategies side by side and write a result folder',
  options: async () => compareOptions((await describeService()).map(({ name }) => name)),
  // Under systemd a user gets control groups by starting the lab anew.
  elsewhere: async (words) => (mayHold(words) ? rerunInDelegatedGroup() : null),
  async run(words, { signal, alongside, stdout, stderr }) {
    const service = await describeWholeService();
    const { strategies: known, variables } = service;
    const names = known.map(({ name }) => name);
    const parsed = parseOptions(words, compareOptions(names)).options;
    const options = { ...parsed, database: namedDatabase(parsed.database, process.env) };
    const { plans, ...asked } = await whatIsAsked(options, service);
    const [config, ...further] = plans;
    assertVariables(options.set, variables);
    await assertNodeOptions(config);
    for (const plan of plans) await assertLimits(plan, process.env);
    const talk = options.json ? stderr : stdout;
    const { result, folder } = await runComparison({
      config,
      further,
      ...asked,
      strategies: describedStrategies(known, config.variants),
      outFolder: options.out ?? 'results',
      becomesLatest: true,
      render: renderReports,
      signal,
      alongside,
      emit: createProgress(talk),
    });
    talk.write(`\n${renderSummary(result)}\n`);
    const shown = relative('.', folder) || '.';
    talk.write(`\nReport: ${shown}/report.html (open it in a browser)\n`);
    if (options.json) stdout.write(`${JSON.stringify(summaryOf(result, folder))}\n`);
    assertMeasured(result, shown);
  },
};

/** The questions, or one plan of one's own. */
async function whatIsAsked(
  options: CompareOptions,
  service: Awaited<ReturnType<typeof describeWholeService>>,
): Promise<Pick<AskedQuestions, 'plans'> & Partial<AskedQuestions>> {
  const questions = questionsAsked(options);
  if (questions === null) {
    return {
      plans: [
        configFrom(
          options,
          service.strategies.map(({ name }) => name),
        ),
      ],
    };
  }
  const { instanceCores: application, redisCores: redis } = SMALL_MACHINES;
  const noLimits = questions.includes('scale')
    ? await whyNoLimits({ application, redis }, options.database, process.env)
    : null;
  return plansFor(questions, options, service, noLimits);
}

/** Before the words are read as options: whether processes may have to be held to a share of a core. */
function mayHold(words: readonly string[]): boolean {
  const named = words.some((word) => word.startsWith('--questions'));
  return asksForLimits(words) || (named ? words.join(' ').includes('scale') : !hasPlan(words));
}

/** @throws LabError NO_VALID_TRIAL: a run without one has measured nothing */
function assertMeasured(result: Result, folder: string): void {
  if (hasMeasured(result)) return;
  const trials = partsOf(result).flatMap((part) => part.trials);
  const reasons = mostFrequent(
    trials.flatMap(({ invalidReasons }) => invalidReasons.map(({ message }) => message)),
  );
  const why =
    trials.length === 0
      ? 'No trial was run'
      : `None of ${countOf(trials.length, 'trial')} is valid: ${reasons.slice(0, 3).join('; ')}`;
  throw new LabError(
    'NO_VALID_TRIAL',
    `${why}. ${folder}/report.html says more; results/latest stays where it was.`,
  );
}

function mostFrequent(texts: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].sort((first, second) => second[1] - first[1]).map(([text]) => text);
}

function summaryOf(result: Result, folder: string) {
  const { id, partial, warnings, lab, logout } = result;
  const parts = partsOf(result);
  const trials = parts.flatMap((part) => part.trials);
  const valid = trials.filter((trial) => trial.valid).length;
  const planned = parts.reduce((sum, { config }) => sum + config.order.length, 0);
  return {
    id,
    folder,
    partial,
    trials: { planned, measured: trials.length, valid },
    comparisons: parts.flatMap((part) => part.comparisons),
    ...(logout && { logout }),
    warnings,
    lab,
  };
}
