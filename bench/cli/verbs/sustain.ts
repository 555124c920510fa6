/** lab sustain: the highest rate at which users still get what the objective says. */

import { relative } from 'node:path';
import { assertLimits } from '../../experiments/compare/assert-limits.js';
import { describedStrategies } from '../../experiments/compare/run.js';
import { runSustain } from '../../experiments/sustain/run.js';
import { describeService } from '../../fleet/service-commands.js';
import { LabError } from '../../model/errors.js';
import type { Result } from '../../model/result-schema.js';
import { rerunInDelegatedGroup } from '../../processes/cpu-limits/delegated-rerun.js';
import { renderReports } from '../../report/render-reports.js';
import { renderSummary } from '../../report/terminal.js';
import { namedDatabase } from '../../stores/registry.js';
import { asksForLimits } from '../options/limit-options.js';
import { assertNodeOptions } from '../options/node-options.js';
import { sustainConfigFrom, sustainOptions } from '../options/sustain-options.js';
import { parseOptions } from '../parse-options.js';
import type { Verb } from './verb.js';

export const sustain: Verb = {
  measures: 'kept',
  summary: 'find the highest rate that meets an objective, such as p99=50ms,errors=0',
  options: async () => sustainOptions((await describeService()).map(({ name }) => name)),
  elsewhere: async (words) => (asksForLimits(words) ? rerunInDelegatedGroup() : null),
  async run(words, { signal, alongside, stdout, stderr }) {
    const known = await describeService();
    const names = known.map(({ name }) => name);
    const { options } = parseOptions(words, sustainOptions(names));
    const database = namedDatabase(options.database, process.env);
    const config = sustainConfigFrom({ ...options, database }, names);
    await assertNodeOptions(config.run);
    await assertLimits(config.run, process.env);
    const talk = options.json ? stderr : stdout;
    const { result, folder } = await runSustain({
      config,
      strategies: describedStrategies(known, config.run.variants),
      outFolder: options.out ?? 'results',
      render: renderReports,
      signal,
      alongside,
      say: (message) => talk.write(`${message}\n`),
    });
    talk.write(`\n${renderSummary(result)}\n`);
    const shown = relative('.', folder) || '.';
    talk.write(`\nReport: ${shown}/report.html (open it in a browser)\n`);
    if (options.json) stdout.write(`${JSON.stringify(summaryOf(result, folder))}\n`);
    assertMeasured(result, shown);
  },
};

/** @throws LabError NO_VALID_ATTEMPT: a run without one has measured nothing */
function assertMeasured({ sustained = [] }: Result, folder: string): void {
  const attempts = sustained.flatMap((rate) => rate.attempts);
  if (attempts.some(({ outcome }) => outcome !== 'invalid')) return;
  const why = attempts.flatMap(({ reasons }) => reasons)[0] ?? 'none was made';
  throw new LabError(
    'NO_VALID_ATTEMPT',
    `No attempt was a measurement: ${why}. ${folder}/report.html says more.`,
  );
}

function summaryOf({ id, partial, sustained = [], warnings, lab }: Result, folder: string) {
  const rates = sustained.map(({ attempts, ...rest }) => ({ ...rest, attempts: attempts.length }));
  return { id, folder, partial, sustained: rates, warnings, lab };
}
