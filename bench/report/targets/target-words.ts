import { type Block, left, table } from '../../text/blocks.js';
import type { Finding } from '../findings/finding.js';
import { WORDS } from '../sections/words.js';
import type { ReportView } from '../view.js';

const NEEDED: readonly string[] = [
  ...['95 % interval', 'Closed loop', 'CPU time', 'Equivalence margin', 'p50, p99, p99.9'],
  ...['Round', 'Workload'],
];

const OF_TARGETS: readonly (readonly [string, string])[] = [
  ['Target', 'A deployment that the lab did not start: one address, or several of the same.'],
  ['Trial', 'One measurement: one target, one workload, one round.'],
];

export function targetWords(_view: ReportView, _findings: Finding[]): Block[] {
  const words = [...WORDS.filter(([term]) => NEEDED.includes(term)), ...OF_TARGETS];
  return table(
    'Terms, in alphabetical order.',
    [left('Term'), left('Meaning')],
    [...words].sort(([one], [other]) => one.localeCompare(other, 'en')).map((row) => [...row]),
  );
}
