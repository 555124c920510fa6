/**
 * npm run bench:auth: what each strategy costs a request above the control, as a share of what the
 * tutorial form of it costs, in interleaved rounds of fresh processes.
 */

import { randomBytes } from 'node:crypto';
import { decimal, integer, listOf, parseOptions, text } from '../../cli/parse-options.js';
import { type SeededStores, withSeededStores } from '../../fleet/seeded-stores.js';
import { describeService } from '../../fleet/service-commands.js';
import { openLoadProcesses } from '../../load/load-processes.js';
import { usageError } from '../../model/errors.js';
import { seededRandom } from '../../model/random.js';
import type { DescribedStrategy } from '../../model/result-schema.js';
import { beginBenchmark, endWithCode } from '../begin-benchmark.js';
import { compareCosts, cpuOfRound } from './compare-costs.js';
import { describeComparisons, describePrograms, describeRound } from './cost-table.js';
import { logInToPrograms } from './log-in-to-programs.js';
import { measureStorm, type StormFigures } from './login-storm.js';
import {
  compareBuilds,
  describeBuilds,
  inCommon,
  type OtherBuild,
  openBuild,
  programsOfBuilds,
} from './other-build.js';
import { type RoundCosts, runRound } from './round.js';
import { describeMemory, measureMemory } from './store-memory.js';
import { describeStorms } from './storm-table.js';
import { type Limit, limitsFor, programsFor, type TestedProgram } from './tested-programs.js';

const CONNECTIONS = 100;
const PARTS = ['cost', 'storm', 'memory'] as const;
const STORM_STRATEGIES = ['jwt', 'session'];
/** A stall of the machine is in the 99th percentile at once; the median of rounds leaves it out. */
const STORM_ROUNDS = 3;

const optionTable = {
  rounds: integer(1, 100, 'Rounds; each has every program once'),
  seconds: decimal(0.7, 60, 'Measured seconds of each program in each round'),
  seed: integer(0, 2 ** 31, 'Seed of the order of the programs'),
  parts: listOf(PARTS, 'What to measure'),
  against: text(
    'folders',
    'Other built checkouts, commas between: what a request costs here and there',
  ),
  strategies: text('names', 'With --against: these alone, commas between'),
};

const say = (line: string) => process.stdout.write(`${line}\n`);
const signal = await beginBenchmark('bench:auth');

await endWithCode(async () => {
  const { options } = parseOptions(process.argv.slice(2), optionTable);
  const { rounds = 5, seconds = 1.5, seed = 1, parts = [...PARTS] } = options;
  const run = { rounds, seconds, seed };
  const described = await describeService();
  const against =
    options.against === undefined
      ? null
      : await planAgainst(options.against.split(','), options.strategies?.split(','), described);
  await withSeededStores({ users: CONNECTIONS, posts: 1, signal, say }, async (ready) => {
    if (against !== null) {
      const measured = await measurePrograms(ready, against.programs, run);
      for (const build of against.builds) {
        for (const line of ['', ...describeBuilds(build.build, compareBuilds(build, measured))]) {
          say(line);
        }
      }
      return;
    }
    if (parts.includes('cost')) {
      await compareWithTutorials(ready, limitsFor(described.map(({ name }) => name)), run);
    }
    if (parts.includes('storm')) {
      const storms: StormFigures[] = [];
      for (let round = 1; round <= STORM_ROUNDS; round++) {
        for (const strategy of STORM_STRATEGIES) {
          say(`Login storm ${round} of ${STORM_ROUNDS} against ${strategy}`);
          storms.push(await measureStorm(strategy, ready, signal));
        }
      }
      for (const line of ['', ...describeStorms(storms)]) say(line);
    }
    // Last: it empties Redis.
    if (parts.includes('memory')) {
      for (const line of ['', ...describeMemory(await measureMemory(ready))]) say(line);
    }
  });
});

/**
 * @param named strategies; all unless given
 * @throws LabError OPTION_INVALID before anything is started
 */
async function planAgainst(
  folders: readonly string[],
  named: readonly string[] | undefined,
  described: readonly DescribedStrategy[],
): Promise<{ builds: OtherBuild[]; programs: TestedProgram[] }> {
  const unknown = named?.find((wanted) => !described.some(({ name }) => name === wanted));
  if (unknown !== undefined) {
    throw usageError('OPTION_INVALID', `--strategies: the service has no "${unknown}".`);
  }
  // A login that lies in the memory of its process is left out: each round starts others.
  const compared = described.filter(
    ({ name, stateIn }) => stateIn !== 'instance' && (named?.includes(name) ?? true),
  );
  const others: OtherBuild[] = [];
  for (const folder of folders) others.push(await openBuild(folder));
  const names = compared.map(({ name }) => name);
  const { builds, lines } = inCommon(names, others, named !== undefined);
  for (const line of lines) say(line);
  return { builds, programs: programsOfBuilds(compared, builds) };
}

async function compareWithTutorials(
  ready: SeededStores,
  limits: readonly Limit[],
  run: { rounds: number; seconds: number; seed: number },
): Promise<void> {
  const measured = await measurePrograms(ready, programsFor(limits), run);
  const comparisons = limits.map((limit) => compareCosts(limit, measured.map(cpuOfRound)));
  for (const line of ['', ...describePrograms(measured), '', ...describeComparisons(comparisons)]) {
    say(line);
  }
}

async function measurePrograms(
  { guardian, seeded, serviceEnvironment }: SeededStores,
  programs: readonly TestedProgram[],
  { rounds, seconds, seed }: { rounds: number; seconds: number; seed: number },
): Promise<RoundCosts[]> {
  const shared = {
    ...serviceEnvironment,
    // On a busy machine a late answer is no reason to refuse (docs/method.md).
    STORE_TIMEOUT_MS: '5000',
    APP_KEY: randomBytes(32).toString('base64url'),
    TUTORIAL_USERS: JSON.stringify(seeded.users),
  };
  const load = openLoadProcesses(1, guardian);
  const measured: RoundCosts[] = [];
  try {
    say('Logging in');
    const generator = await load.closedLoop();
    const credentials = await logInToPrograms(programs, { shared, guardian, seeded, signal });
    const random = seededRandom(seed);
    const run = { programs, shared, guardian, credentials, generator, random, seconds, signal };
    say('One round that does not count, so that the load generator is warm');
    await runRound({ ...run, seconds: 0.7 });
    for (let round = 1; round <= rounds; round++) {
      const costs = await runRound(run);
      measured.push(costs);
      say(`round ${round} of ${rounds}: ${describeRound(costs)}`);
    }
  } finally {
    load.stop();
  }
  return measured;
}
