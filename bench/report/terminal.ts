/**
 * The end of a run on a terminal: what must be known, the answer, the figures; at most 30 lines.
 */
import type { Result } from '../result/schema.js';
import type { Finding, Topic } from './findings/finding.js';
import { findingsOfView } from './findings.js';
import { countOf, formatMean } from './format.js';
import { renderSustained } from './sustained-terminal.js';
import { measuredSummaries, type ReportView, viewOf } from './view.js';

const MOST_LINES = 30;
const WIDTH = 100;

export function renderSummary(result: Result): string {
  if (result.sustained) return renderSustained(result);
  const view = viewOf(result);
  const findings = findingsOfView(view);
  const table = figures(view);
  const fixed = ['', ...table, '', closing(result)];
  const words = sentences(findings);
  const room = MOST_LINES - fixed.length;
  const shown =
    words.length <= room ? words : [...words.slice(0, room - 1), '  … more in the report'];
  return [...shown, ...fixed].join('\n');
}

/** The most telling first; what does not fit stands in the report. */
function sentences(findings: Finding[]): string[] {
  const order: Topic[] = ['state', 'short', 'noise', 'limit'];
  return order.flatMap((topic) =>
    findings
      .filter((known) => known.topic === topic)
      .flatMap(({ text, caution }) => wrapped(text.replaceAll('`', ''), caution ? '! ' : '• ')),
  );
}

function wrapped(text: string, mark: string): string[] {
  const lines: string[] = [];
  for (const word of printable(text)
    .replace(/(\d) (?=%|µs|ms)/g, '$1\u00a0')
    .split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < WIDTH - 2)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line, index) => `${index === 0 ? mark : '  '}${line}`);
}

/** Data must not move the cursor. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ');
}

const MOST_ROWS = 12;

function figures(view: ReportView): string[] {
  const rows = measuredSummaries(view);
  if (rows.length === 0) return ['  No trial was measured.'];
  const lines = [
    [
      'workload',
      'instances',
      'strategy',
      'requests/s',
      'CPU µs app',
      'CPU µs all',
      'p99 ms',
      'rounds',
    ],
    ...rows
      .slice(0, MOST_ROWS)
      .map((row) => [
        printable(row.workload),
        String(row.instances),
        printable(row.strategy),
        formatMean(row.throughputRps),
        formatMean(row.cpuMicrosecondsPerRequest.application),
        formatMean(row.serverCpuMicrosecondsPerRequest),
        formatMean(row.latencyMs.p99),
        `${row.validRounds}${row.invalidRounds > 0 ? ` (+${row.invalidRounds} invalid)` : ''}`,
      ]),
  ];
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  const isText = (column: number) => column === 0 || column === 2;
  const text = lines.map((line) =>
    `  ${line.map((cell, column) => (isText(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ')}`.trimEnd(),
  );
  const left = rows.length - MOST_ROWS;
  return left > 0 ? [...text, `  … and ${countOf(left, 'row')} more in the report`] : text;
}

function closing({ trials, warnings }: Result): string {
  const invalid = trials.filter(({ valid }) => !valid).length;
  return `  ${countOf(trials.length, 'trial')}, ${invalid} invalid; ${countOf(warnings.length, 'warning')}. CPU: per request; app: application, all: every server.`;
}
