/**
 * The end of a run on a terminal: what must be known, the answer, the figures; at most 30 lines.
 */

import { partsOf } from '../model/parts.js';
import type { Result } from '../model/result-schema.js';
import { countOf } from '../text/count-of.js';
import { formatMean, formatMicroseconds } from '../text/format.js';
import { answersOf } from './answers/answers.js';
import type { Topic } from './findings/finding.js';
import { findingsOfView } from './findings.js';
import type { Language } from './language/language.js';
import { LANGUAGES } from './language/languages.js';
import { renderSustained } from './sustained-terminal.js';
import { measuredSummaries, type ReportView, viewOf } from './view.js';

const MOST_LINES = 30;
const WIDTH = 100;

export function renderSummary(result: Result, language: Language = LANGUAGES.en): string {
  if (result.sustained) return renderSustained(result);
  if (result.questions) return renderAnswers(result, language);
  const view = viewOf(result);
  const table = ['', ...figures(view), ...variantLines(view)];
  const end = ['', ...closing(result)];
  const room = MOST_LINES - table.length - end.length;
  const shown = whatFits(statements(view), room);
  return [...shown, ...table, ...workloadLines(view, room - shown.length), ...end].join('\n');
}

/** Findings, the most telling first, and warnings; each wrapped to lines. */
function statements(view: ReportView): string[][] {
  const order: Topic[] = ['state', 'short', 'noise', 'limit', 'control'];
  const findings = findingsOfView(view);
  const sorted = order.flatMap((topic) => findings.filter((known) => known.topic === topic));
  const warnings = view.result.warnings.filter(({ code }) => !TOLD_BY_FINDINGS.has(code));
  return [
    ...sorted.map(({ text, caution }) => wrapped(text.replaceAll('`', ''), caution ? '! ' : '• ')),
    ...warnings.map(({ message }) => wrapped(message, '! ')),
  ];
}

const TOLD_BY_FINDINGS = new Set([
  'partial-run',
  'single-round',
  'invalid-trials',
  'cpu-limits-missing',
]);

/** Whole statements only: half a sentence may say the opposite. */
function whatFits(all: readonly string[][], room: number): string[] {
  const isAll = all.flat().length <= room;
  const lines: string[] = [];
  let left = 0;
  for (const statement of all) {
    if (lines.length + statement.length <= (isAll ? room : room - 1)) lines.push(...statement);
    else left += 1;
  }
  return isAll ? lines : [...lines, `  … ${countOf(left, 'more statement')} in the report`];
}

/** "session#2: PREDICTION=threads": what the names of the table do not say. */
function variantLines({ variants }: ReportView): string[] {
  const named = variants.filter(({ difference }) => difference !== '');
  if (named.length === 0) return [];
  const text = named.map(({ id, difference }) => `${id}: ${difference}`).join('; ');
  return ['', ...wrapped(text, '  ')];
}

/** Where there is room left. */
function workloadLines({ result }: ReportView, room: number): string[] {
  const { workloads = [] } = result;
  if (workloads.length === 0) return [];
  const lines = [
    '',
    ...workloads.flatMap(({ name, summary }) => wrapped(`${name}: ${summary}.`, '  ')),
  ];
  return lines.length <= room ? lines : [];
}

function wrapped(text: string, mark: string, width = WIDTH): string[] {
  const lines: string[] = [];
  for (const word of printable(text)
    .replace(/(\d) (?=%|µs|ms)/g, '$1\u00a0')
    .split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < width - 2)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line, index) => `${index === 0 ? mark : ' '.repeat(mark.length)}${line}`);
}

const ANSWER_WIDTH = 78;
const MOST_ANSWER_LINES = 20;

/** The answers, as many lines as stay on a small screen together with the way to the report. */
function renderAnswers(result: Result, language: Language): string {
  const told = answersOf(result, language).map(({ title, certainty, sentences }) => [
    `${title}${certainty ? ` [${language.certainty[certainty]}]` : ''}`,
    ...wrapped(sentences.join(' ').replaceAll('`', ''), '  ', ANSWER_WIDTH),
  ]);
  const trials = partsOf(result).flatMap((part) => part.trials);
  const invalid = trials.filter(({ valid }) => !valid).length;
  const counts = `${countOf(trials.length, 'trial')}, ${invalid} invalid; ${countOf(result.warnings.length, 'warning')}. The report has the pictures and every figure.`;
  const state = result.partial ? [language.partial] : [];
  const lines = [...state, ...told.flat()];
  const shown =
    lines.length <= MOST_ANSWER_LINES
      ? lines
      : [...lines.slice(0, MOST_ANSWER_LINES - 1), '  … more in the report'];
  return [...shown, ...wrapped(counts, '', ANSWER_WIDTH)].join('\n');
}

/** Data must not move the cursor. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ');
}

const MOST_ROWS = 12;
/** Columns about what the lab does not see of a target. */
const OF_OWN_SERVERS: readonly string[] = ['instances', 'CPU µs all'];

function figures(view: ReportView): string[] {
  const rows = measuredSummaries(view);
  if (rows.length === 0) return ['  No trial was measured.'];
  const heads = [
    'workload',
    'instances',
    'strategy',
    'requests/s',
    'CPU µs app',
    'CPU µs all',
    'p99 ms',
    'rounds',
  ];
  const isOfTargets = view.result.config.targets === true;
  const isShown = (_: unknown, column: number) =>
    !isOfTargets || !OF_OWN_SERVERS.includes(heads[column] ?? '');
  const lines = [
    heads.map((head) => (isOfTargets && head === 'strategy' ? 'target' : head)),
    ...rows
      .slice(0, MOST_ROWS)
      .map((row) => [
        printable(row.workload),
        String(row.instances),
        printable(row.variant),
        formatMean(row.throughputRps),
        formatMean(row.cpuMicrosecondsPerRequest.application, formatMicroseconds),
        formatMean(row.serverCpuMicrosecondsPerRequest, formatMicroseconds),
        formatMean(row.latencyMs.p99),
        `${row.validRounds}${row.invalidRounds > 0 ? ` (+${row.invalidRounds} invalid)` : ''}`,
      ]),
  ].map((line) => line.filter(isShown));
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  const names = isOfTargets ? [0, 1] : [0, 2];
  const isText = (column: number) => names.includes(column);
  const text = lines.map((line) =>
    `  ${line.map((cell, column) => (isText(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ')}`.trimEnd(),
  );
  const left = rows.length - MOST_ROWS;
  return left > 0 ? [...text, `  … and ${countOf(left, 'row')} more in the report`] : text;
}

function closing({ trials, warnings, config }: Result): string[] {
  const invalid = trials.filter(({ valid }) => !valid).length;
  const columns = config.targets
    ? 'CPU: per request, of the processes at the addresses; –: not known.'
    : 'CPU: per request; app: application, all: every server.';
  const counted = `  ${countOf(trials.length, 'trial')}, ${invalid} invalid. ${columns}`;
  if (warnings.length === 0) return [counted];
  return [
    counted,
    `  ${countOf(warnings.length, 'warning')}: in the report under “Trials that do not count, and warnings”.`,
  ];
}
