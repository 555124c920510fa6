/** What `lab load` says of its windows. Pure. */

import { LOAD_WORKER_LIMIT_CORES } from '../../measure/validity.js';
import { left, right, table } from '../../text/blocks.js';
import { countOf } from '../../text/count-of.js';
import { formatNumber, formatShare } from '../../text/format.js';
import { renderTextTable } from '../../text/text-table.js';
import { flawsOf } from './judge-window.js';
import type { UrlWindow } from './url-window.js';

/** Above this, server and load generator wait for each other. */
const BUSY_SHARE = 0.9;
const TABLE_WIDTH = 100;

/** @returns lines without a line break at the end of any */
export function describeWindows(windows: readonly UrlWindow[]): string[] {
  return [...windowTable(windows), '', ...notesOn(windows)];
}

function windowTable(windows: readonly UrlWindow[]): string[] {
  const columns = [
    right('window'),
    right('requests/s'),
    right('p50 ms'),
    right('p99 ms'),
    right('server CPU µs'),
    left('answers'),
  ];
  const rows = windows.map((window, index) => [
    String(index + 1),
    formatNumber(window.throughputRps),
    formatNumber(window.latencyMs?.p50),
    formatNumber(window.latencyMs?.p99),
    formatNumber(window.serverCpuMicroseconds),
    Object.entries(window.statuses)
      .map(([status, count]) => `${count.toLocaleString('en')} x ${status}`)
      .join(', ') || 'none',
  ]);
  return table('', columns, rows).flatMap((block) =>
    block.kind === 'table' ? renderTextTable(block, TABLE_WIDTH) : [],
  );
}

/** What a reader of the figures must know, as sentences. */
export function notesOn(windows: readonly UrlWindow[]): string[] {
  const notes = [
    spreadNote,
    failureNote,
    statusNote,
    closesNote,
    silentClosesNote,
    interimNote,
    generatorNote,
    busyNote,
  ].flatMap((note) => {
    const sentence = note(windows);
    return sentence === null ? [] : [sentence];
  });
  return [...notes, ...breachNotes(windows)];
}

function spreadNote(windows: readonly UrlWindow[]): string | null {
  const rates = windows
    .filter((window) => flawsOf(window).length === 0)
    .map(({ throughputRps }) => throughputRps)
    .sort((a, b) => a - b);
  const [lowest = 0] = rates;
  const highest = rates.at(-1) ?? 0;
  const median = rates[Math.floor(rates.length / 2)] ?? 0;
  if (median === 0 || rates.length < 2) return null;
  const spread = formatShare((highest - lowest) / median);
  return `Median ${formatNumber(median)} requests/s; from the lowest window to the highest ${spread}. A smaller difference between two servers says nothing.`;
}

function failureNote(windows: readonly UrlWindow[]): string | null {
  const failures = total(windows, (window) => window.failures);
  if (failures === 0) return null;
  const first = windows.find(({ firstFailure }) => firstFailure !== null)?.firstFailure;
  return `${countOf(failures, 'request')} had no answer (first: ${first}): this is no measurement.`;
}

function statusNote(windows: readonly UrlWindow[]): string | null {
  const others = new Set(windows.flatMap(({ statuses }) => Object.keys(statuses)));
  const refused = [...others].filter((status) => !/^2/.test(status));
  if (refused.length === 0) return null;
  return `Answers with status ${refused.join(', ')}: a refusal can be faster than the work. This is no measurement of the work.`;
}

function closesNote(windows: readonly UrlWindow[]): string | null {
  const closes = total(windows, ({ announcedCloses }) => announcedCloses);
  if (closes === 0) return null;
  const each = Math.round(total(windows, ({ answers }) => answers) / closes);
  const often = each === 1 ? 'each answer' : `about ${each.toLocaleString('en')} answers`;
  return `The server ended the connection after ${often} and said so (Connection: close, or HTTP/1.0). Opening the next one is part of the latency.`;
}

function silentClosesNote(windows: readonly UrlWindow[]): string | null {
  const closes = total(windows, ({ silentCloses }) => silentCloses);
  if (closes === 0) return null;
  return `The server closed ${countOf(closes, 'kept connection')} between two answers without saying so; these requests were sent again on new ones, and their latency is that of both.`;
}

function interimNote(windows: readonly UrlWindow[]): string | null {
  const statuses = [...new Set(windows.flatMap(({ interim }) => Object.keys(interim)))];
  if (statuses.length === 0) return null;
  const count = total(windows, ({ interim }) =>
    Object.values(interim).reduce((sum, each) => sum + each, 0),
  );
  return `${countOf(count, 'interim answer')} with status ${statuses.join(', ')} came before the final ones, and ${count === 1 ? 'was' : 'were'} not counted.`;
}

/** What the notes above do not say. */
function breachNotes(windows: readonly UrlWindow[]): string[] {
  const told = ['load-generator-limit', 'unexpected-answers'];
  return windows.flatMap(({ breaches }, index) =>
    breaches
      .filter(({ code }) => !told.includes(code))
      .map(({ code, message }) => `Window ${index + 1} (${code}): ${message}.`),
  );
}

function total(windows: readonly UrlWindow[], of: (window: UrlWindow) => number): number {
  return windows.reduce((sum, window) => sum + of(window), 0);
}

function generatorNote(windows: readonly UrlWindow[]): string | null {
  const most = Math.max(...windows.map(({ generatorCores }) => generatorCores ?? 0));
  if (most <= LOAD_WORKER_LIMIT_CORES) return null;
  return `The load generator used ${formatShare(most)} of a core: it was the limit, and the server could have answered more.`;
}

function busyNote(windows: readonly UrlWindow[]): string | null {
  const most = Math.max(...windows.map(({ busyShare }) => busyShare ?? 0));
  if (most <= BUSY_SHARE) return null;
  return `All cores of this machine were ${formatShare(most)} busy: the server had to share them with the load generator, and with all else that runs.`;
}
