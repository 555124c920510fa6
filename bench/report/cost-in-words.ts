import type { Estimate } from '../statistics/statistics.js';
import { formatMicroseconds, NOT_MEASURED, shownInterval } from '../text/format.js';

/** "57 ± 2": as many digits as the interval supports. */
export function costInWords(estimate: Estimate | null | undefined): string {
  if (!estimate) return NOT_MEASURED;
  const interval = shownInterval(estimate);
  if (!interval) return formatMicroseconds(estimate.mean);
  const half = (interval[1] - interval[0]) / 2;
  const digits = half >= 1 ? 0 : half >= 0.1 ? 1 : 2;
  return `${estimate.mean.toFixed(digits)} ± ${half.toFixed(digits)}`;
}
