/** The main job: the plan's blocks, one after the other, and the calibration of the machine beside them. */
import { compareStrategies } from '../../analyse/compare.js';
import { describeMachine } from '../../measure/environment.js';
import { partsOf } from '../../model/parts.js';
import { blocksOf } from '../../model/planned-trials.js';
import type { DescribedStrategy, Question, RunConfig } from '../../model/result-schema.js';
import type { Variant } from '../../model/variant.js';
import { assertOpenFiles } from '../../processes/open-files.js';
import type { TrialContext } from '../../trial/context.js';
import { readCalibration } from '../calibration.js';
import { type LogoutPlan, measureLogout } from '../logout/measure-logout.js';
import { type FinishedRun, type RecordedWork, type RunInput, recordRun } from '../record-run.js';
import { mostConnections } from './most-connections.js';
import { runPlan } from './run-plan.js';

export interface ComparisonInput extends RunInput {
  /** After all plans; absent: the logout was not asked for. */
  logout?: LogoutPlan | null;
  /** Of deployments that the lab does not start; absent: it starts everything. */
  open?: RecordedWork['open'];
}

/**
 * Runs the plans. When the signal is aborted, what was measured is written, marked partial.
 *
 * @throws LabError when the run fails; the partial result is written before
 */
export async function runComparison(input: ComparisonInput): Promise<FinishedRun> {
  const { config, further = [], outFolder, logout } = input;
  for (const plan of [config, ...further]) {
    const sizes = blocksOf(plan.order).map((block) => block.length);
    await assertOpenFiles(mostConnections(plan, Math.max(1, ...sizes)));
  }
  return recordRun(input, {
    open: input.open,
    async begin() {
      // What noise there is on the way to a target, a calibration of this machine does not tell.
      if (config.targets) return {};
      const calibration = await readCalibration(outFolder, describeMachine());
      return calibration ? { calibration } : {};
    },
    compare: compareStrategies,
    async measure(recording) {
      const { result, context, save } = recording;
      const measureDoors = async () => {
        if (!logout || result.logout) return;
        sayQuestion('logout', context);
        result.logout = await measureLogout(logout, context.forPlan(withoutLimits(config)));
        await save();
      };
      for (const part of partsOf(result)) {
        if (part.config.order.length === 0) continue;
        // Doors are watched by the clock, a few requests at a time: that fits beside the start of many processes.
        const quiet = part.config.question === 'scale' ? measureDoors() : undefined;
        sayQuestion(part.config.question, context);
        await Promise.all([quiet, runPlan(part, recording, quiet)]);
      }
      await measureDoors();
    },
  });
}

const ASKED: Record<Question, string> = {
  cost: 'What does a request cost?',
  scale: 'What happens when servers are added?',
  logout: 'What happens when somebody logs out?',
};

function sayQuestion(question: Question | undefined, { emit }: TrialContext): void {
  if (question) emit({ type: 'stage', message: `\n${ASKED[question]}` });
}

function withoutLimits({ cpuLimits: _none, ...config }: RunConfig): RunConfig {
  return config;
}

/** The strategies of the variants, as the service describes them. */
export function describedStrategies(
  known: readonly DescribedStrategy[],
  variants: readonly Variant[],
): DescribedStrategy[] {
  return known.filter(({ name }) => variants.some(({ strategy }) => strategy === name));
}
