import { shownInterval } from '../../text/format.js';
import type { ReportView } from '../view.js';

/** Room for every value, and for intervals unless they dwarf the values themselves. */
export function scaleOf(
  { summaries, result }: ReportView,
  workload: string,
): { ceiling: number; step: number } {
  const values = result.trials
    .filter((trial) => trial.workload === workload)
    .map(({ throughputRps }) => throughputRps);
  const ends = summaries
    .filter((one) => one.workload === workload)
    .map(({ throughputRps }) => (throughputRps && shownInterval(throughputRps)?.[1]) ?? 0);
  const highest = Math.max(1, ...values);
  return axisUpTo(Math.min(highest * 1.6, Math.max(highest, ...ends)));
}

/** A round end a little above a value, and the step between some five lines. */
export function axisUpTo(value: number): { ceiling: number; step: number } {
  const needed = value * 1.03;
  const step = roundStep(needed / 5);
  return { ceiling: Math.ceil(needed / step) * step, step };
}

/** The next of 1, 2, 5 times a power of ten. */
function roundStep(value: number): number {
  const decade = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5].find((factor) => factor * decade >= value) ?? 10) * decade;
}
