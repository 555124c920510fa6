/**
 * What this machine can tell apart, from a run of a strategy against itself (A/A): any difference there
 * is noise, so its spread between rounds says how large a true difference must be to be seen.
 */
import tQuantile from '@stdlib/stats-base-dists-t-quantile';
import type { Calibration, NoiseFloor } from '../model/calibration-schema.js';
import type { Comparison, Environment, Result } from '../model/result-schema.js';
import { variantWith } from '../model/variant.js';
import { varianceOf } from '../statistics/statistics.js';
import { detectableDistance, fewestRounds } from './rounds-needed.js';

const ROUNDS_SHOWN = [3, 5, 10, 20];
const DIFFERENCES_SHOWN = [0.02, 0.05, 0.1];
const CONFIDENCE = 0.95;
const POWER = 0.8;

/**
 * @param result of an A/A run of one strategy in one scenario
 * @returns null where no metric has two valid rounds
 */
export function calibrationOf({
  id,
  startedAt,
  config,
  environment,
  comparisons,
}: Result): Calibration | null {
  const noise = noiseFloors(comparisons);
  const [comparison] = comparisons;
  if (!comparison || noise.length === 0) return null;
  const { workload, instances } = comparison;
  const { id: variant, strategy } = variantWith(comparison.baseline, config.variants);
  return {
    schemaVersion: 1,
    measuredAt: startedAt,
    result: id,
    machine: machineOf(environment),
    ...{ strategy: strategy ?? variant, workload, instances },
    ...{ seconds: config.seconds, noise },
  };
}

/** Where these agree, figures of noise hold. */
export function machineOf({ cpuModel, cores, node }: Environment): Calibration['machine'] {
  return { cpuModel, cores, node };
}

/** @param comparisons of an A/A run; those with fewer than two rounds are left out */
export function noiseFloors(comparisons: readonly Comparison[]): NoiseFloor[] {
  return comparisons.filter(({ rounds }) => rounds >= 2).map(noiseFloor);
}

function noiseFloor({ metric, ratios, verdict }: Comparison): NoiseFloor {
  const variance = varianceOf(ratios.map(({ ratio }) => Math.log(ratio)));
  const question = { variance, confidence: CONFIDENCE, power: POWER };
  return {
    metric,
    rounds: ratios.length,
    standardDeviation: Math.sqrt(variance),
    byRounds: ROUNDS_SHOWN.map((rounds) => ({
      rounds,
      halfWidth: asShare(
        tQuantile(1 - (1 - CONFIDENCE) / 2, rounds - 1) * Math.sqrt(variance / rounds),
      ),
      detectable: asShare(detectableDistance(rounds, question)),
    })),
    byDifference: DIFFERENCES_SHOWN.map((difference) => ({
      difference,
      rounds: fewestRounds({ ...question, distance: Math.log(1 + difference) }),
    })),
    verdict,
  };
}

/** From the logarithm of a ratio: ln 1.05 -> 0.05. */
function asShare(logarithm: number): number {
  return Math.exp(logarithm) - 1;
}
