/** The same strategies of two builds side by side: what a change of the service costs a request. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { strategiesIn } from '../../fleet/service-commands.js';
import { usageError } from '../../model/errors.js';
import { type Estimate, ratioWithInterval } from '../../statistics/statistics.js';
import { listOf } from '../../text/format.js';
import { cpuOfRound } from './compare-costs.js';
import { alignColumns, describe } from './cost-table.js';
import type { RoundCosts } from './round.js';
import { serviceProgram, type TestedProgram } from './tested-programs.js';

const nameIn = (strategy: string, build: string) => `${strategy} of ${build}`;

export interface OtherBuild {
  /** Folder of a built checkout, as it was typed. */
  build: string;
  /** Names of those that it has. */
  strategies: readonly string[];
}

const entriesOf = (build: string) => join(resolve(build), 'dist', 'src');

/** @throws LabError OPTION_INVALID without a build there */
export async function openBuild(build: string): Promise<OtherBuild> {
  const folder = entriesOf(build);
  for (const entry of ['main', 'describe']) checkScript(build, join(folder, `${entry}.js`));
  return { build, strategies: await strategiesIn(folder) };
}

/**
 * What each other build can be compared in: a strategy that it lacks is left out.
 *
 * @param strategies of this build
 * @param isNamed whether somebody asked for exactly these
 * @returns a line for each build that lacks some
 * @throws LabError OPTION_INVALID where one that was named is missing, or nothing is left
 */
export function inCommon(
  strategies: readonly string[],
  others: readonly OtherBuild[],
  isNamed: boolean,
): { builds: OtherBuild[]; lines: string[] } {
  const lines: string[] = [];
  const builds = others.map(({ build, strategies: theirs }) => {
    const missing = strategies.filter((name) => !theirs.includes(name));
    if (isNamed && missing.length > 0) {
      throw usageError('OPTION_INVALID', `--strategies: ${build} has no ${listOf(missing, 'or')}.`);
    }
    const common = strategies.filter((name) => theirs.includes(name));
    if (common.length === 0) {
      throw usageError('OPTION_INVALID', `--against ${build}: it has no strategy to compare.`);
    }
    if (missing.length > 0) lines.push(`${build} has no ${listOf(missing, 'or')}: left out there.`);
    return { build, strategies: common };
  });
  return { builds, lines };
}

/**
 * Each strategy once of this build and once of each other that has it. Each has companions of its own build.
 * @throws LabError OPTION_INVALID without a program there
 */
export function programsOfBuilds(
  strategies: readonly { name: string; companions: readonly string[] }[],
  builds: readonly OtherBuild[],
): TestedProgram[] {
  return strategies.flatMap(({ name, companions }) => {
    const others = builds.filter((other) => other.strategies.includes(name));
    if (others.length === 0) return [];
    return [
      serviceProgram(name, companions),
      ...others.map(({ build }) => {
        const program = serviceProgram(name, companions, entriesOf(build));
        for (const { script } of [program, ...program.companions]) checkScript(build, script);
        return { ...program, name: nameIn(name, build) };
      }),
    ];
  });
}

function checkScript(build: string, script: string): void {
  if (existsSync(script)) return;
  throw usageError(
    'OPTION_INVALID',
    `--against ${build}: there is no build, ${script} is missing.`,
  );
}

/** Cost of this build as a multiple of the other's, from the ratios within rounds. */
export function compareBuilds(
  { build, strategies }: OtherBuild,
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
