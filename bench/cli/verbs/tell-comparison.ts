/** What `lab compare` says at its end, whatever it compared. */
import { relative } from 'node:path';
import { type FinishedRun, hasMeasured } from '../../experiments/record-run.js';
import { LabError } from '../../model/errors.js';
import { partsOf } from '../../model/parts.js';
import type { Result } from '../../model/result-schema.js';
import { renderSummary } from '../../report/terminal.js';
import { countOf } from '../../text/count-of.js';
import type { VerbContext } from './verb.js';

/** @throws LabError NO_VALID_TRIAL: a run without one has measured nothing */
export function tellComparison(
  { result, folder }: FinishedRun,
  { json }: { json: boolean },
  { stdout, stderr }: Pick<VerbContext, 'stdout' | 'stderr'>,
): void {
  const talk = json ? stderr : stdout;
  talk.write(`\n${renderSummary(result)}\n`);
  const shown = relative('.', folder) || '.';
  talk.write(`\nReport: ${shown}/report.html (open it in a browser)\n`);
  if (json) stdout.write(`${JSON.stringify(summaryOf(result, folder))}\n`);
  assertMeasured(result, shown);
}

function assertMeasured(result: Result, folder: string): void {
  if (hasMeasured(result)) return;
  const trials = partsOf(result).flatMap((part) => part.trials);
  const reasons = mostFrequent(
    trials.flatMap(({ invalidReasons }) => invalidReasons.map(({ message }) => message)),
  );
  const why =
    trials.length === 0
      ? 'No trial was run'
      : `None of ${countOf(trials.length, 'trial')} is valid: ${reasons.slice(0, 3).join('; ')}`;
  throw new LabError(
    'NO_VALID_TRIAL',
    `${why}. ${folder}/report.html says more; results/latest stays where it was.`,
  );
}

function mostFrequent(texts: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].sort((first, second) => second[1] - first[1]).map(([text]) => text);
}

function summaryOf(result: Result, folder: string) {
  const { id, partial, warnings, lab, logout } = result;
  const parts = partsOf(result);
  const trials = parts.flatMap((part) => part.trials);
  const valid = trials.filter((trial) => trial.valid).length;
  const planned = parts.reduce((sum, { config }) => sum + config.order.length, 0);
  return {
    id,
    folder,
    partial,
    trials: { planned, measured: trials.length, valid },
    comparisons: parts.flatMap((part) => part.comparisons),
    ...(logout && { logout }),
    warnings,
    lab,
  };
}
