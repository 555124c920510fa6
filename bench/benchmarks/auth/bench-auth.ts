/**
 * npm run bench:auth: what each strategy costs a request above the control, as a share of what the
 * tutorial form of it costs, in interleaved rounds of fresh processes.
 */
import { randomBytes } from 'node:crypto';
import { LabError } from '../../errors.js';
import { type Credentials, logInAll } from '../../load/credentials.js';
import { type LoadGenerator, startLoadGenerator } from '../../load/generator.js';
import { decimal, integer, listOf, parseOptions } from '../../options.js';
import { seededRandom, shuffled } from '../../random.js';
import { type SeededStores, withSeededStores } from '../../services/seeded-stores.js';
import { describeService } from '../../services/service-process.js';
import { startArm } from './arm-process.js';
import { type Arm, armsFor, type Limit, limitsFor } from './arms.js';
import { compareCosts, type Round } from './compare-costs.js';
import { describeArms, describeComparisons } from './cost-table.js';
import { type ArmCost, measureArm } from './measure-arm.js';

const CONNECTIONS = 100;
const WARM_UP_SECONDS = 1.5;
const PARTS = ['cost'] as const;

const optionTable = {
  rounds: integer(1, 100, 'Rounds; each has every arm once'),
  seconds: decimal(0.2, 60, 'Measured seconds of each arm in each round'),
  seed: integer(0, 2 ** 31, 'Seed of the order of the arms'),
  parts: listOf(PARTS, 'What to measure'),
};

const say = (line: string) => process.stdout.write(`${line}\n`);
const stopping = new AbortController();
process.once('SIGINT', () => stopping.abort(new LabError('CANCELLED', 'Stopped by Ctrl-C.')));

try {
  const { options } = parseOptions(process.argv.slice(2), optionTable);
  const { rounds = 5, seconds = 1.5, seed = 1, parts = [...PARTS] } = options;
  const strategies = (await describeService()).map(({ name }) => name);
  const { signal } = stopping;
  await withSeededStores({ users: CONNECTIONS, posts: 1, signal, say }, async (ready) => {
    if (parts.includes('cost')) {
      await compareWithTutorials(ready, limitsFor(strategies), { rounds, seconds, seed });
    }
  });
} catch (error) {
  if (!(error instanceof LabError)) throw error;
  process.stderr.write(`${error.code}: ${error.message}\n`);
  process.exitCode = error.exitCode;
}

async function compareWithTutorials(
  { guardian, seeded, serviceEnvironment }: SeededStores,
  limits: readonly Limit[],
  { rounds, seconds, seed }: { rounds: number; seconds: number; seed: number },
): Promise<void> {
  const arms = armsFor(limits);
  const shared = {
    ...serviceEnvironment,
    APP_KEY: randomBytes(32).toString('base64url'),
    TUTORIAL_USERS: JSON.stringify(seeded.users),
  };
  const costs = new Map<string, ArmCost[]>(arms.map((arm) => [arm.name, []]));
  const credentials = new Map<string, Credentials>();
  const generator = await startLoadGenerator(1, guardian);
  try {
    say('Logging in, and running each arm once so that the load generator is warm');
    for (const arm of arms) {
      const { origin, stop } = await startArm(arm, shared, guardian);
      try {
        credentials.set(
          arm.name,
          await logInAll(origin, seeded.users, seeded.password, stopping.signal),
        );
      } finally {
        await stop();
      }
      await measure(arm, 0.2);
    }
    const random = seededRandom(seed);
    for (let round = 1; round <= rounds; round++) {
      for (const arm of shuffled(arms, random)) {
        costs.get(arm.name)?.push(await measure(arm, seconds));
      }
      say(`round ${round} of ${rounds}: ${describeRound(costs, round - 1)}`);
    }
  } finally {
    generator.stop();
  }
  const measured: Round[] = Array.from({ length: rounds }, (_, round) =>
    Object.fromEntries(
      [...costs].map(([name, trials]) => [
        name,
        trials[round]?.cpuMicrosecondsPerRequest ?? Number.NaN,
      ]),
    ),
  );
  say('');
  for (const line of describeArms(costs)) say(line);
  say('');
  for (const line of describeComparisons(limits.map((limit) => compareCosts(limit, measured)))) {
    say(line);
  }

  async function measure(arm: Arm, measuredSeconds: number): Promise<ArmCost> {
    stopping.signal.throwIfAborted();
    const { pid, origin, stop } = await startArm(arm, shared, guardian);
    try {
      return await measureArm({
        pid,
        origin,
        credentials: credentials.get(arm.name) ?? [],
        generator: generator as LoadGenerator,
        warmUpSeconds: WARM_UP_SECONDS,
        seconds: measuredSeconds,
      });
    } finally {
      await stop();
    }
  }
}

function describeRound(costs: ReadonlyMap<string, readonly ArmCost[]>, round: number): string {
  return [...costs]
    .map(([name, trials]) => `${name} ${trials[round]?.cpuMicrosecondsPerRequest.toFixed(1)}`)
    .join(', ');
}
