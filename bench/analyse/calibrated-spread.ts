import type { Comparison, Result } from '../model/result-schema.js';
import type { PooledSpread } from '../statistics/statistics.js';

/**
 * The spread that `lab calibrate` found, for a comparison that it speaks of: only the same scenario with
 * as long a window scatters alike. null where it was not calibrated.
 */
export function calibratedSpread(
  { calibration, config }: Pick<Result, 'calibration' | 'config'>,
  { metric, workload, instances }: Comparison,
): PooledSpread | null {
  if (
    !calibration ||
    calibration.workload !== workload ||
    calibration.instances !== instances ||
    calibration.seconds !== config.seconds
  ) {
    return null;
  }
  const found = calibration.noise.find((noise) => noise.metric === metric);
  return found ? { variance: found.standardDeviation ** 2, degrees: found.rounds - 1 } : null;
}
