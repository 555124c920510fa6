/** lab compare: runs the plan, prints progress and verdicts, writes a result folder. */
import { relative } from 'node:path';
import { asksForLimits } from '../compare/limit-options.js';
import { compareOptions, configFrom } from '../compare/options.js';
import { createProgress } from '../compare/progress.js';
import { describedStrategies, runComparison } from '../compare/run.js';
import { parseOptions } from '../options.js';
import { renderSummary } from '../report/terminal.js';
import type { Result } from '../result/schema.js';
import { rerunInDelegatedGroup } from '../services/cpu-limits/delegated-rerun.js';
import { namedDatabase } from '../services/databases.js';
import { describeService } from '../services/service-process.js';
import type { Verb } from './verb.js';

export const compare: Verb = {
  summary: 'measure strategies side by side and write a result folder',
  options: async () => compareOptions((await describeService()).map(({ name }) => name)),
  // Under systemd a user gets control groups by starting the lab anew.
  elsewhere: async (words) => (asksForLimits(words) ? rerunInDelegatedGroup() : null),
  async run(words, { signal, stdout, stderr }) {
    const known = await describeService();
    const names = known.map(({ name }) => name);
    const { options } = parseOptions(words, compareOptions(names));
    const database = namedDatabase(options.database, process.env);
    const config = configFrom({ ...options, database }, names);
    const talk = options.json ? stderr : stdout;
    const { result, folder } = await runComparison({
      config,
      strategies: describedStrategies(known, config.strategies),
      outFolder: options.out ?? 'results',
      signal,
      emit: createProgress(talk),
    });
    talk.write(`\n${renderSummary(result)}\n`);
    const shown = relative('.', folder) || '.';
    talk.write(`\nReport: ${shown}/report.html (open it in a browser)\n`);
    if (options.json) stdout.write(`${JSON.stringify(summaryOf(result, folder))}\n`);
  },
};

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
