/** The same strategies of two builds side by side: what a change of the service costs a request. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { usageError } from '../../model/errors.js';
import { type Estimate, ratioWithInterval } from '../../statistics/statistics.js';
import { cpuOfRound } from './compare-costs.js';
import { alignColumns, describe } from './cost-table.js';
import type { RoundCosts } from './round.js';
import { serviceProgram, type TestedProgram } from './tested-programs.js';

const nameIn = (strategy: string, build: string) => `${strategy} of ${build}`;

/**
 * Each strategy once of this build and once of each other. Each has companions of its own build.
 * @param builds folders of built checkouts
 * @throws LabError OPTION_INVALID without a build there
 */
export function programsOfBuilds(
  strategies: readonly { name: string; companions: readonly string[] }[],
  builds: readonly string[],
): TestedProgram[] {
  return strategies.flatMap(({ name, companions }) => [
    serviceProgram(name, companions),
    ...builds.map((build) => {
      const folder = join(resolve(build), 'dist', 'src');
      const program = { ...serviceProgram(name, companions, folder), name: nameIn(name, build) };
      checkBuild(build, program);
      return program;
    }),
  ]);
}

function checkBuild(build: string, { script, companions }: TestedProgram): void {
  const scripts = [script, ...companions.map((companion) => companion.script)];
  const missing = scripts.find((path) => !existsSync(path));
  if (missing === undefined) return;
  throw usageError(
    'OPTION_INVALID',
    `--against ${build}: there is no build, ${missing} is missing.`,
  );
}

/** Cost of this build as a multiple of the other's, from the ratios within rounds. */
export function compareBuilds(
  strategies: readonly string[],
  build: string,
  rounds: readonly RoundCosts[],
): { strategy: string; ratio: Estimate }[] {
  const costs = rounds.map(cpuOfRound);
  return strategies.map((strategy) => ({
    strategy,
    ratio: ratioWithInterval(
      costs.map(
        (round) => (round[strategy] as number) / (round[nameIn(strategy, build)] as number),
      ),
    ),
  }));
}

export function describeBuilds(
  build: string,
  compared: ReturnType<typeof compareBuilds>,
): string[] {
  return [
    `CPU time of the instance per GET /me, this build as a multiple of ${build} in the same round:`,
    ...alignColumns(compared.map(({ strategy, ratio }) => [strategy, describe(ratio, 3)])),
  ];
}
