/** lab report DIR: renders the reports again from result.json, with the analysis of this version. */
import { relative } from 'node:path';
import { reanalyse } from '../../analyse/reanalyse.js';
import { writeReports } from '../../experiments/result-folder.js';
import { usageError } from '../../model/errors.js';
import { readResult } from '../../model/read-result.js';
import { storageError } from '../../processes/folders/storage-error.js';
import { LANGUAGE_NAMES, LANGUAGES } from '../../report/language/languages.js';
import { renderReports } from '../../report/render-reports.js';
import { renderSummary } from '../../report/terminal.js';
import { oneOf, parseOptions } from '../parse-options.js';
import type { Verb } from './verb.js';

const OPTIONS = {
  lang: oneOf(LANGUAGE_NAMES, 'language of the answers, their pictures and the glossary (en)'),
} as const;

export const report: Verb = {
  summary: 'render the reports of an earlier run again',
  positionals: 'FOLDER',
  options: async () => OPTIONS,
  async run(words, { stdout }) {
    const { options, positionals } = parseOptions(words, OPTIONS, 1);
    const [folder] = positionals;
    if (folder === undefined) {
      throw usageError(
        'ARGUMENT_MISSING',
        'Name the folder of a run: npm run lab -- report results/latest',
      );
    }
    const result = reanalyse(await readResult(folder));
    const language = LANGUAGES[options.lang ?? 'en'];
    const files = await writeReports(folder, renderReports(result, language)).catch((error) => {
      throw storageError(error, `then run: npm run lab -- report ${folder}`) ?? error;
    });
    stdout.write(`${renderSummary(result, language)}\n\n`);
    for (const file of files) stdout.write(`${relative('.', file)}\n`);
  },
};
