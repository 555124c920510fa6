/** lab strategies: what there is to compare, and how the strategies differ. */

import { describeService } from '../../fleet/service-commands.js';
import { usageError } from '../../model/errors.js';
import { markdownTable } from '../../report/markdown.js';
import { propertyTable, strategyTable, summaryTable } from '../../report/strategy-table.js';
import { renderTextTable } from '../../text/text-table.js';
import { parseOptions } from '../parse-options.js';
import type { Verb } from './verb.js';

const WIDTH = 120;

const OPTIONS = {
  json: { flag: true, help: 'what the service declares, as JSON' },
  markdown: { flag: true, help: 'the table as Markdown, as in docs/strategies.md' },
} as const;

export const strategies: Verb = {
  summary: 'list the strategies with their properties',
  options: async () => OPTIONS,
  async run(words, { stdout }) {
    const { options } = parseOptions(words, OPTIONS);
    if (options.json && options.markdown) {
      throw usageError('OPTION_INVALID', 'Take --json or --markdown, not both.');
    }
    const known = await describeService();
    if (options.json) stdout.write(`${JSON.stringify({ strategies: known }, null, 2)}\n`);
    else if (options.markdown) stdout.write(`${markdownTable(strategyTable(known))}\n`);
    else {
      const tables = [summaryTable(known), strategyTable(known), propertyTable()];
      const texts = tables.map((table) => renderTextTable(table, WIDTH).join('\n'));
      stdout.write(`${texts.join('\n\n')}\n`);
    }
  },
};
