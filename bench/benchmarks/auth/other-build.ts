/** The same strategies of two builds side by side: what a change of the service costs a request. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { usageError } from '../../model/errors.js';
import { type Estimate, ratioWithInterval } from '../../statistics/statistics.js';
import { cpuOfRound } from './compare-costs.js';
import { alignColumns, describe } from './cost-table.js';
import type { RoundCosts } from './round.js';
import { serviceProgram, type TestedProgram } from './tested-programs.js';

const OTHER = ' of the other build';

/** Each strategy twice, of this build and of the other one. @throws LabError OPTION_INVALID without a build there */
export function programsOfBoth(strategies: readonly string[], folder: string): TestedProgram[] {
  const script = join(resolve(folder), 'dist', 'src', 'main.js');
  if (!existsSync(script)) {
    throw usageError(
      'OPTION_INVALID',
      `--against ${folder}: there is no build, ${script} is missing.`,
    );
  }
  return strategies.flatMap((strategy) => {
    const program = serviceProgram(strategy);
    return [program, { ...program, name: strategy + OTHER, script }];
  });
}

/** Cost of this build as a multiple of the other's, from the ratios within rounds. */
export function compareBuilds(
  strategies: readonly string[],
  rounds: readonly RoundCosts[],
): { strategy: string; ratio: Estimate }[] {
  const costs = rounds.map(cpuOfRound);
  return strategies.map((strategy) => ({
    strategy,
    ratio: ratioWithInterval(
      costs.map((round) => (round[strategy] as number) / (round[strategy + OTHER] as number)),
    ),
  }));
}

export function describeBuilds(compared: ReturnType<typeof compareBuilds>): string[] {
  return [
    'CPU time per GET /me of this build, as a multiple of the other build in the same round:',
    ...alignColumns(compared.map(({ strategy, ratio }) => [strategy, describe(ratio, 3)])),
  ];
}
