/** What `lab load` says of its windows. Pure. */

import { countOf } from '../../count-of.js';
import { SHARD_LIMIT_CORES } from '../../measure/validity.js';
import { left, right, table } from '../../report/blocks.js';
import { formatNumber, formatShare } from '../../report/format.js';
import { renderTextTable } from '../../report/text-table.js';

export interface UrlWindow {
  requests: number;
  throughputRps: number;
  /** null when nothing was answered. */
  latencyMs: { p50: number; p99: number } | null;
  /** Answers by HTTP status. */
  statuses: Record<string, number>;
  /** Requests without an answer. */
  failures: number;
  firstFailure: string | null;
  /** CPU time of the load generator as a share of one core; null where the system does not tell. */
  generatorCores: number | null;
  /** CPU time of whoever listens on the port, for each answer; null where it cannot be seen. */
  serverCpuMicroseconds: number | null;
  /** Of all cores together; null where the system does not tell. */
  busyShare: number | null;
}

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
  return [spreadNote, failureNote, statusNote, generatorNote, busyNote].flatMap((note) => {
    const sentence = note(windows);
    return sentence === null ? [] : [sentence];
  });
}

function spreadNote(windows: readonly UrlWindow[]): string | null {
  const rates = windows.map(({ throughputRps }) => throughputRps).sort((a, b) => a - b);
  const [lowest = 0] = rates;
  const highest = rates.at(-1) ?? 0;
  const median = rates[Math.floor(rates.length / 2)] ?? 0;
  if (median === 0 || rates.length < 2) return null;
  const spread = formatShare((highest - lowest) / median);
  return `Median ${formatNumber(median)} requests/s; from the lowest window to the highest ${spread}. A smaller difference between two servers says nothing.`;
}

function failureNote(windows: readonly UrlWindow[]): string | null {
  const failures = windows.reduce((sum, window) => sum + window.failures, 0);
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

function generatorNote(windows: readonly UrlWindow[]): string | null {
  const most = Math.max(...windows.map(({ generatorCores }) => generatorCores ?? 0));
  if (most <= SHARD_LIMIT_CORES) return null;
  return `The load generator used ${formatShare(most)} of a core: it was the limit, and the server could have answered more.`;
}

function busyNote(windows: readonly UrlWindow[]): string | null {
  const most = Math.max(...windows.map(({ busyShare }) => busyShare ?? 0));
  if (most <= BUSY_SHARE) return null;
  return `All cores of this machine were ${formatShare(most)} busy: the server had to share them with the load generator, and with all else that runs.`;
}
