/** lab report DIR: renders the reports again from result.json, with the analysis of this version. */
import { relative } from 'node:path';
import { compareStrategies } from '../../analyse/compare.js';
import { warningsOf } from '../../analyse/warnings.js';
import { writeReports } from '../../experiments/result-folder.js';
import { usageError } from '../../model/errors.js';
import { readResult } from '../../model/read-result.js';
import { storageError } from '../../processes/folders/storage-error.js';
import { renderReports } from '../../report/render-reports.js';
import { renderSummary } from '../../report/terminal.js';
import { parseOptions } from '../parse-options.js';
import type { Verb } from './verb.js';

export const report: Verb = {
  summary: 'render the reports of an earlier run again',
  positionals: 'FOLDER',
  options: async () => ({}),
  async run(words, { stdout }) {
    const { positionals } = parseOptions(words, {}, 1);
    const [folder] = positionals;
    if (folder === undefined) {
      throw usageError(
        'ARGUMENT_MISSING',
        'Name the folder of a run: npm run lab -- report results/latest',
      );
    }
    const stored = await readResult(folder);
    const result = {
      ...stored,
      comparisons: compareStrategies(stored),
      warnings: warningsOf(stored),
    };
    const files = await writeReports(folder, renderReports(result)).catch((error) => {
      throw storageError(error, `then run: npm run lab -- report ${folder}`) ?? error;
    });
    stdout.write(`${renderSummary(result)}\n\n`);
    for (const file of files) stdout.write(`${relative('.', file)}\n`);
  },
};
