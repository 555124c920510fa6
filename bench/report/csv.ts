/**
 * One line a trial, for a spreadsheet or a statistics program. Columns are named by their path in
 * result.json, where units stand in the names. RFC 4180.
 */
import { limitOf } from '../analyse/limits.js';
import { partsOf } from '../model/parts.js';
import type { Result, Trial } from '../model/result-schema.js';
import { tiersOfTable } from '../model/tiers-of-run.js';

type Value = string | number | boolean | null | undefined;

export function renderTrialsCsv(result: Result): string {
  const parts = partsOf(result);
  const trials = parts.flatMap((part) => part.trials);
  const questionOf = (trial: Trial) =>
    parts.find((part) => part.trials.includes(trial))?.config.question;
  const columns = [
    ...columnsOf(trials),
    // Two plans of a run may have trials of one condition.
    ...(result.questions ? [{ name: 'question', of: questionOf }] : []),
  ];
  const lines = [
    columns.map(({ name }) => field(name)),
    ...trials.map((trial) => columns.map(({ of }) => field(of(trial)))),
  ];
  return `${lines.map((fields) => fields.join(',')).join('\r\n')}\r\n`;
}

interface Column {
  name: string;
  of(trial: Trial): Value;
}

/** Of every tier that the lab knows, whether or not the run had it, so that columns of runs are alike. */
function columnsOf(trials: readonly Trial[]): Column[] {
  const tiers = tiersOfTable(trials);
  return [
    { name: 'variant', of: (trial) => trial.variant },
    { name: 'workload', of: (trial) => trial.workload },
    { name: 'instances', of: (trial) => trial.instances },
    { name: 'round', of: (trial) => trial.round },
    { name: 'position', of: (trial) => trial.position },
    { name: 'startedAt', of: (trial) => trial.startedAt },
    { name: 'connections', of: (trial) => trial.connections },
    { name: 'loadWorkers', of: (trial) => trial.loadWorkers },
    { name: 'warmUpSeconds', of: (trial) => trial.warmUpSeconds },
    { name: 'seconds', of: (trial) => trial.seconds },
    { name: 'requests', of: (trial) => trial.requests },
    { name: 'throughputRps', of: (trial) => trial.throughputRps },
    ...(['mean', 'p50', 'p90', 'p95', 'p99', 'p999', 'max'] as const).map((name) => ({
      name: `latencyMs.${name}`,
      of: (trial: Trial) => trial.latencyMs?.[name],
    })),
    ...(['cpuMicrosecondsPerRequest', 'rssBytes'] as const).flatMap((field) =>
      tiers.map(({ id }) => ({
        name: `${field}.${id}`,
        of: (trial: Trial) => trial[field][id],
      })),
    ),
    { name: 'bytesPerRequest.sent', of: (trial) => trial.bytesPerRequest.sent },
    { name: 'bytesPerRequest.received', of: (trial) => trial.bytesPerRequest.received },
    { name: 'storeCommandsPerRequest', of: (trial) => trial.storeCommandsPerRequest },
    { name: 'shares', of: (trial) => trial.perInstance.map(({ share }) => share).join(' ') },
    { name: 'machine.busyShare', of: (trial) => trial.machine.busyShare },
    { name: 'machine.stealShare', of: (trial) => trial.machine.stealShare },
    { name: 'limit', of: (trial) => limitOf(trial).code },
    {
      name: 'statuses',
      of: (trial) =>
        Object.entries(trial.statuses)
          .map((entry) => entry.join(':'))
          .join(' '),
    },
    { name: 'errors', of: (trial) => trial.errors },
    { name: 'timeouts', of: (trial) => trial.timeouts },
    { name: 'valid', of: (trial) => trial.valid },
    {
      name: 'invalidReasons',
      of: (trial) => trial.invalidReasons.map(({ message }) => message).join('; '),
    },
  ];
}

/**
 * A spreadsheet takes a text that begins so for a formula and runs it (OWASP, CSV injection). An
 * apostrophe in front makes it a text; numbers are none.
 */
function harmless(text: string): string {
  return /^[=+\-@\t\r\n]/.test(text) && !/^[+-]?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
}

/** Empty where nothing was measured: a zero would be taken for a figure. */
function field(value: Value): string {
  const text = typeof value === 'string' ? harmless(value) : String(value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
