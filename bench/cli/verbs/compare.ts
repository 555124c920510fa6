/** lab compare: runs the plan, prints progress and verdicts, writes a result folder. */

import { relative } from 'node:path';
import { assertLimits } from '../../experiments/compare/assert-limits.js';
import { createProgress } from '../../experiments/compare/progress.js';
import { describedStrategies, runComparison } from '../../experiments/compare/run.js';
import { describeService, describeWholeService } from '../../fleet/service-commands.js';
import { LabError } from '../../model/errors.js';
import type { Result } from '../../model/result-schema.js';
import { rerunInDelegatedGroup } from '../../processes/cpu-limits/delegated-rerun.js';
import { renderReports } from '../../report/render-reports.js';
import { renderSummary } from '../../report/terminal.js';
import { namedDatabase } from '../../stores/registry.js';
import { countOf } from '../../text/count-of.js';
import { asksForLimits } from '../options/limit-options.js';
import { compareOptions, configFrom } from '../options/options.js';
import { assertVariables } from '../options/set-option.js';
import { parseOptions } from '../parse-options.js';
import type { Verb } from './verb.js';

export const compare: Verb = {
  measures: 'kept',
  summary: 'measure strategies side by side and write a result folder',
  options: async () => compareOptions((await describeService()).map(({ name }) => name)),
  // Under systemd a user gets control groups by starting the lab anew.
  elsewhere: async (words) => (asksForLimits(words) ? rerunInDelegatedGroup() : null),
  async run(words, { signal, alongside, stdout, stderr }) {
    const { strategies: known, variables } = await describeWholeService();
    const names = known.map(({ name }) => name);
    const { options } = parseOptions(words, compareOptions(names));
    const database = namedDatabase(options.database, process.env);
    const config = configFrom({ ...options, database }, names);
    assertVariables(options.set, variables);
    await assertLimits(config, process.env);
    const talk = options.json ? stderr : stdout;
    const { result, folder } = await runComparison({
      config,
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

/** @throws LabError NO_VALID_TRIAL: a run without one has measured nothing */
function assertMeasured({ trials }: Result, folder: string): void {
  if (trials.some(({ valid }) => valid)) return;
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
  const { id, partial, comparisons, warnings, trials, lab } = result;
  const valid = trials.filter((trial) => trial.valid).length;
  return {
    id,
    folder,
    partial,
    trials: { planned: result.config.order.length, measured: trials.length, valid },
    comparisons,
    warnings,
    lab,
  };
}
