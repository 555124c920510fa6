/** The diff for the comment of a pull request: short, with the details folded. */

import { inline, markdownTable } from '../report/markdown.js';
import type { Table } from '../text/blocks.js';
import { countOf } from '../text/count-of.js';
import { notesOf, summaryOf } from './notes.js';
import type { DiffReport } from './report.js';
import { conditionsTable, environmentTable, rowsTable } from './tables.js';

export function renderDiffMarkdown(report: DiffReport): string {
  const { cautions, remarks } = notesOf(report);
  const { a, b, diff, conditions, environment } = report;
  const changed = diff.rows.filter(({ verdict }) => verdict === 'faster' || verdict === 'slower');
  const parts = [
    `## ${inline(headingOf(report))}`,
    inline(`A: ${a.id}, B: ${b.id}. ${summaryOf(report)}`),
    ...cautions.map((text) => `> **Note:** ${inline(text)}`),
    ...(conditions.length > 0 ? [tableText(conditionsTable(conditions))] : []),
    ...(changed.length > 0 ? [tableText(rowsTable(changed))] : []),
    ...(diff.rows.length > 0
      ? [folded(`All ${countOf(diff.rows.length, 'figure')}`, tableText(rowsTable(diff.rows)))]
      : []),
    folded(
      'How the runs differ, and how to read this',
      [
        remarks.map((text) => `- ${inline(text)}`).join('\n'),
        ...(environment.length > 0 ? [tableText(environmentTable(environment))] : []),
      ].join('\n\n'),
    ),
  ];
  return `${parts.join('\n\n')}\n`;
}

function headingOf({ conditions }: DiffReport): string {
  if (conditions.length === 0) return 'Two runs compared';
  const failed = conditions.filter(({ broken }) => broken).length;
  return failed === 0
    ? `Passed: ${conditions.length} of ${countOf(conditions.length, 'condition')} ${conditions.length === 1 ? 'holds' : 'hold'}`
    : `FAILED: ${failed} of ${countOf(conditions.length, 'condition')} ${failed === 1 ? 'is' : 'are'} broken`;
}

function tableText(table: Table): string {
  return `${markdownTable(table)}\n\n${inline(table.caption)}`;
}

/** GitHub reads Markdown inside only after an empty line. */
function folded(summary: string, text: string): string {
  return `<details>\n<summary>${summary}</summary>\n\n${text}\n\n</details>`;
}
