import type { Table } from '../text/blocks.js';
import { renderTextTable } from '../text/text-table.js';
import { notesOf, summaryOf } from './notes.js';
import type { DiffReport } from './report.js';
import { conditionsTable, rowsTable } from './tables.js';

/** The diff for a terminal. @param width in characters */
export function renderDiffText(report: DiffReport, width: number): string {
  const { cautions, remarks } = notesOf(report);
  const { a, b, diff, conditions } = report;
  const parts = [
    `A: ${a.id}, B: ${b.id}. ${summaryOf(report)}`,
    ...cautions.map((text) => `! ${text}`),
    ...remarks.map((text) => `• ${text}`),
    ...(diff.rows.length > 0 ? [tableText(rowsTable(diff.rows), width)] : []),
    ...(conditions.length > 0 ? [tableText(conditionsTable(conditions), width)] : []),
  ];
  return parts.map((part) => part.replaceAll('`', '')).join('\n\n');
}

function tableText(table: Table, width: number): string {
  return [...renderTextTable(table, width), table.caption].join('\n');
}
