/** A trial beside its objective. Pure. */

import type { Objective, Trial } from '../../model/result-schema.js';
import { formatNumber } from '../../text/format.js';

/**
 * What the objective has against a trial, as sentences; none when it is met.
 *
 * @param allowanceMs added to each limit
 */
export function breachesOf(
  { latency, errorShare }: Objective,
  trial: Pick<Trial, 'latencyMs' | 'openLoop'>,
  failed: number,
  allowanceMs = 0,
): string[] {
  const { latencyMs } = trial;
  if (!latencyMs) return ['no request was answered'];
  const planned = Math.max(1, trial.openLoop?.planned ?? 1);
  return [
    ...latency
      .filter(({ metric, limitMs }) => latencyMs[metric] > limitMs + allowanceMs)
      .map(
        ({ metric, limitMs }) =>
          `${metric} was ${formatNumber(latencyMs[metric])} ms, over ${limitMs} ms`,
      ),
    ...(failed / planned > errorShare ? [`${failed} of ${planned} requests failed`] : []),
  ];
}
