/** Of deployments that the lab did not start: what is not known, before any figure. */
import { code, listOf } from '../../text/format.js';
import type { ReportView } from '../view.js';
import { type Finding, finding } from './finding.js';

export function targetFindings({ result }: ReportView): Finding[] {
  const { config } = result;
  if (!config.targets) return [];
  const unknown = config.variants.flatMap(({ id, target }) =>
    target?.cpuFrom === null ? [{ id, why: target.cpuUnknown ?? '' }] : [],
  );
  const known = config.variants.flatMap(({ id, target }) => (target?.cpuFrom ? [id] : []));
  const start =
    'The lab did not start these deployments: it knows what they answer, and of their servers only what they say.';
  const cpu = [
    ...(unknown.length > 0
      ? [
          `The CPU time of ${listOf(unknown.map(({ id }) => id))} is not known (${unknown.map(({ why }) => code(why)).join('; ')}).`,
        ]
      : []),
    ...(known.length > 0
      ? [
          `The CPU time of ${listOf(known)} is that of the processes at ${known.length === 1 ? 'its' : 'their'} addresses alone, without their stores.`,
        ]
      : []),
  ];
  const rests =
    unknown.length > 0 ? 'So there is no verdict on CPU time where one of the two is unknown.' : '';
  return [finding('state', [start, ...cpu, rests].filter((each) => each !== '').join(' '))];
}
