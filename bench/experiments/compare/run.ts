/** The main job: the plan's blocks, one after the other, and the calibration of the machine beside them. */
import { compareStrategies } from '../../analyse/compare.js';
import { describeMachine } from '../../measure/environment.js';
import { blocksOf } from '../../model/planned-trials.js';
import type { DescribedStrategy } from '../../model/result-schema.js';
import type { Variant } from '../../model/variant.js';
import { assertOpenFiles } from '../../processes/open-files.js';
import { readCalibration } from '../calibration.js';
import { type FinishedRun, type RunInput, recordRun } from '../record-run.js';
import { mostConnections } from './most-connections.js';
import { mostInstancesAtOnce, runPlan } from './run-plan.js';

/**
 * Runs the plan. When the signal is aborted, what was measured is written, marked partial.
 *
 * @throws LabError when the run fails; the partial result is written before
 */
export async function runComparison(input: RunInput): Promise<FinishedRun> {
  const { config, outFolder } = input;
  const blocks = blocksOf(config.order, mostInstancesAtOnce());
  await assertOpenFiles(mostConnections(config, Math.max(...blocks.map((block) => block.length))));
  const calibration = await readCalibration(outFolder, describeMachine());
  return recordRun(input, {
    ...(calibration && { begin: { calibration } }),
    analyse(result) {
      result.comparisons = compareStrategies(result);
    },
    measure: runPlan,
  });
}

/** The strategies of the variants, as the service describes them. */
export function describedStrategies(
  known: readonly DescribedStrategy[],
  variants: readonly Variant[],
): DescribedStrategy[] {
  return known.filter(({ name }) => variants.some(({ strategy }) => strategy === name));
}
