/** lab doctor: says what was found on this machine, and how to mend what is missing. */

import { LabError } from '../../model/errors.js';
import { formatFindings, inspectMachine } from '../doctor/inspect.js';
import { parseOptions } from '../parse-options.js';
import type { Verb } from './verb.js';

export const doctor: Verb = {
  summary: 'say what this machine has, and how to mend what is missing',
  options: async () => ({}),
  async run(words, { stdout }) {
    parseOptions(words, {});
    const findings = await inspectMachine();
    stdout.write(`${formatFindings(findings)}\n`);
    const missing = findings.filter((finding) => finding.status === 'missing');
    if (missing.length > 0) {
      throw new LabError(
        'MACHINE_NOT_READY',
        `The lab cannot run here yet: ${missing.map((finding) => finding.topic).join(', ')}.`,
      );
    }
  },
};
