/** lab sustain: the highest rate at which users still get what the objective says. */
import { relative } from 'node:path';
import { asksForLimits } from '../compare/limit-options.js';
import { describedStrategies } from '../compare/run.js';
import { parseOptions } from '../options.js';
import { renderSummary } from '../report/terminal.js';
import type { Result } from '../result/schema.js';
import { rerunInDelegatedGroup } from '../services/cpu-limits/delegated-rerun.js';
import { namedDatabase } from '../services/databases.js';
import { describeService } from '../services/service-process.js';
import { sustainConfigFrom, sustainOptions } from '../sustain/options.js';
import { runSustain } from '../sustain/run.js';
import type { Verb } from './verb.js';

export const sustain: Verb = {
  summary: 'find the highest rate that meets an objective, such as p99=50ms,errors=0',
  options: async () => sustainOptions((await describeService()).map(({ name }) => name)),
  elsewhere: async (words) => (asksForLimits(words) ? rerunInDelegatedGroup() : null),
  async run(words, { signal, stdout, stderr }) {
    const known = await describeService();
    const names = known.map(({ name }) => name);
    const { options } = parseOptions(words, sustainOptions(names));
    const database = namedDatabase(options.database, process.env);
    const config = sustainConfigFrom({ ...options, database }, names);
    const talk = options.json ? stderr : stdout;
    const { result, folder } = await runSustain({
      config,
      strategies: describedStrategies(known, config.run.strategies),
      outFolder: options.out ?? 'results',
      signal,
      say: (message) => talk.write(`${message}\n`),
    });
    talk.write(`\n${renderSummary(result)}\n`);
    const shown = relative('.', folder) || '.';
    talk.write(`\nReport: ${shown}/report.html (open it in a browser)\n`);
    if (options.json) stdout.write(`${JSON.stringify(summaryOf(result, folder))}\n`);
  },
};

function summaryOf({ id, partial, sustained = [], warnings, lab }: Result, folder: string) {
  const rates = sustained.map(({ attempts, ...rest }) => ({ ...rest, attempts: attempts.length }));
  return { id, folder, partial, sustained: rates, warnings, lab };
}
