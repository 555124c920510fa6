import {
  type Block,
  heading,
  left,
  list,
  notice,
  paragraph,
  right,
  table,
} from '../../text/blocks.js';
import { countOf } from '../../text/count-of.js';
import { code, formatNumber } from '../../text/format.js';
import type { Finding } from '../findings/finding.js';
import type { ReportView } from '../view.js';

/** Which trials were invalid and why, and what the lab warned of. */
export function trials({ result }: ReportView, _findings: Finding[]): Block[] {
  const invalid = result.trials.filter(({ valid }) => !valid);
  return [
    paragraph(
      invalid.length === 0
        ? `All ${countOf(result.trials.length, 'trial')} met the rules of validity.`
        : `${invalid.length} of ${countOf(result.trials.length, 'trial')} broke a rule of validity. They are kept in the data and drawn hollow in the charts. No mean, interval or verdict uses them.`,
    ),
    ...table(
      'Invalid trials, and why.',
      [
        right('Round'),
        left('Workload'),
        left('Strategy'),
        right('Instances'),
        right('Requests/s'),
        left('Why it does not count'),
      ],
      invalid.map((trial) => [
        String(trial.round),
        code(trial.workload),
        trial.variant,
        String(trial.instances),
        formatNumber(trial.throughputRps),
        trial.invalidReasons.map(({ message }) => message).join('; ') || 'no reason was recorded',
      ]),
      4,
    ),
    ...(result.warnings.length > 0 ? [heading('Warnings of the lab')] : []),
    ...result.warnings.map(({ message }) => notice(message)),
    ...list(
      result.warnings.length === 0 ? ['The lab gave no warning about the machine or the run.'] : [],
    ),
  ];
}
