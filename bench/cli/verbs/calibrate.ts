/** lab calibrate: how much a strategy differs from itself here (A/A), and what that lets one see. */

import { join, relative } from 'node:path';
import { calibrationOf } from '../../analyse/noise-floor.js';
import { writeCalibration } from '../../experiments/calibration.js';
import { createProgress } from '../../experiments/compare/progress.js';
import { describedStrategies, runComparison } from '../../experiments/compare/run.js';
import { describeService } from '../../fleet/service-commands.js';
import { LabError } from '../../model/errors.js';
import { renderCalibration } from '../../report/calibration.js';
import { renderReports } from '../../report/render-reports.js';
import { namedDatabase } from '../../stores/registry.js';
import { DATABASE_OPTION } from '../options/database-option.js';
import { compareOptions, configFrom } from '../options/options.js';
import { RUN_OPTIONS } from '../options/run-options.js';
import { decimal, integer, parseOptions, text } from '../parse-options.js';
import type { Verb } from './verb.js';

const STRATEGY = 'session';
const DEFAULT_ROUNDS = 10;
const WIDTH = 120;

const OPTIONS = {
  rounds: integer(3, 1000, `how often both variants are measured (${DEFAULT_ROUNDS})`),
  seconds: decimal(0.5, 600, 'length of the measured window; take that of the runs you plan'),
  ...DATABASE_OPTION,
  seed: RUN_OPTIONS.seed,
  out: text('FOLDER', 'where calibration.json and the folder of the result are made (results)'),
  json: {
    flag: true,
    help: 'the calibration as JSON on standard output, all else on standard error',
  },
} as const;

export const calibrate: Verb = {
  measures: 'kept',
  summary: 'measure the noise of this machine, and how many rounds a difference takes',
  options: async () => OPTIONS,
  async run(words, { signal, alongside, stdout, stderr }) {
    const { options } = parseOptions(words, OPTIONS);
    const { rounds = DEFAULT_ROUNDS, seconds, seed, out = 'results' } = options;
    const known = await describeService();
    const names = known.map(({ name }) => name);
    const asked = [
      ...['--strategies', `${STRATEGY},${STRATEGY}`, '--workloads', 'me', '--instances', '1'],
      ...['--rounds', String(rounds)],
      ...(seconds === undefined ? [] : ['--seconds', String(seconds)]),
      ...(seed === undefined ? [] : ['--seed', String(seed)]),
    ];
    const database = namedDatabase(options.database, process.env);
    const chosen = parseOptions(asked, compareOptions(names)).options;
    const config = configFrom({ ...chosen, database }, names);
    const talk = options.json ? stderr : stdout;
    const { result, folder } = await runComparison({
      config,
      strategies: describedStrategies(known, config.variants),
      outFolder: out,
      becomesLatest: false,
      render: renderReports,
      signal,
      alongside,
      emit: createProgress(talk),
    });
    // Half a run would replace what a whole one found out before.
    if (signal.aborted) return;
    const calibration = calibrationOf(result);
    if (!calibration) {
      throw new LabError(
        'CALIBRATION_FAILED',
        `Fewer than two rounds are valid, so nothing is known of the noise. ${relative('.', folder)}/report.html says why they are not.`,
      );
    }
    const path = await writeCalibration(join(folder, '..'), calibration);
    talk.write(`\n${renderCalibration(calibration, WIDTH)}\n\n${relative('.', path)}\n`);
    if (options.json) stdout.write(`${JSON.stringify(calibration)}\n`);
  },
};
