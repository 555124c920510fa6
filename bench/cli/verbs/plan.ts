/** lab plan: what a load beyond this machine needs, calculated from the demands of a result. */

import { LabError, usageError } from '../../model/errors.js';
import { readResult, shownFolder } from '../../model/read-result.js';
import type { Result } from '../../model/result-schema.js';
import { assumptionsOf } from '../../plan/assumptions.js';
import { checkPlan, type StrategyCheck } from '../../plan/check.js';
import { describePlan } from '../../plan/describe.js';
import { type CapacityPlan, planCapacity, type Target } from '../../plan/plan.js';
import { warningsOfPlan } from '../../plan/warnings.js';
import { slo } from '../options/objective-option.js';
import {
  decimal,
  integer,
  type OptionTable,
  type ParsedOptions,
  parseOptions,
  text,
} from '../parse-options.js';
import type { Verb } from './verb.js';

const OPTIONS = {
  users: integer(1, 9_999_999_999, 'users who are active at the same time'),
  'requests-per-user-minute': decimal(0.001, 1_000_000, 'requests of each in a minute'),
  slo: slo('response times to keep'),
  from: text('FOLDER', 'the result to take demands from; default: results/latest'),
  workload: text('NAME', "one of the result's; default: its first"),
  strategies: text('session,jwt', "some of the result's; default: all"),
  'logins-per-user-day': decimal(0, 100_000, 'logins of each user in a day; default: 2'),
  'session-minutes': decimal(1, 525_600, 'how long a login lives; default: 720'),
  utilisation: decimal(0.05, 0.95, 'highest busy share of a server; default: 0.6'),
  'instance-cores': decimal(0.1, 1, 'cores of each instance, which has one thread; default: 1'),
  'redis-cores': decimal(0.1, 1, 'cores of each Redis, which has one thread; default: 1'),
  seed: integer(0, 4_294_967_295, 'of the simulation; default: 1'),
  json: { flag: true, help: 'the plan as JSON' },
} as const satisfies OptionTable;

export const plan: Verb = {
  summary: 'calculate what many users need, from the demands that a result measured',
  options: async () => OPTIONS,
  async run(words, { stdout }) {
    const { options } = parseOptions(words, OPTIONS);
    requireAll(options);
    const folder = options.from ?? 'results/latest';
    const result = await readResult(folder);
    const planned = await naming(folder, () => planCapacity(result, targetOf(options, result)));
    const checks = checkPlan(planned, options.seed ?? 1);
    if (options.json) stdout.write(`${JSON.stringify(jsonOf(planned, checks, result), null, 1)}\n`);
    else {
      const from = `Demands from ${await shownFolder(folder)}`;
      stdout.write(`${from}\n${describePlan(planned, checks)}\n`);
    }
  },
};

/** What is wrong with a result is of use only with its folder: the one read may be a default. */
async function naming<Outcome>(folder: string, work: () => Outcome): Promise<Outcome> {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    const { code, exitCode, message } = error;
    throw new LabError(code, `${await shownFolder(folder)}: ${message}`, {
      exitCode,
      cause: error,
    });
  }
}

type Options = ParsedOptions<typeof OPTIONS>;

const REQUIRED = ['users', 'requests-per-user-minute', 'slo'] as const;

type Complete = Options & { [Name in (typeof REQUIRED)[number]]-?: NonNullable<Options[Name]> };

function requireAll(options: Options): asserts options is Complete {
  const missing = REQUIRED.filter((name) => options[name] === undefined);
  if (missing.length > 0) {
    throw usageError(
      'OPTION_MISSING',
      `Say for how many users, how busy, and how fast; missing: ${missing.map((name) => `--${name}`).join(', ')}. For instance: npm run lab -- plan --users 5000000 --requests-per-user-minute 6 --slo p99=50ms`,
    );
  }
  if (options.slo?.text.includes('errors=')) {
    throw usageError(
      'OPTION_INVALID',
      'A plan calculates response times, not errors: leave errors out of --slo.',
    );
  }
}

function targetOf(options: Complete, { config }: Result): Target {
  return {
    workload: options.workload ?? (config.workloads[0] as string),
    ...(options.strategies && { strategies: [...new Set(options.strategies.split(','))] }),
    users: options.users,
    requestsPerUserMinute: options['requests-per-user-minute'],
    loginsPerUserDay: options['logins-per-user-day'] ?? 2,
    sessionMinutes: options['session-minutes'] ?? 720,
    objectives: options.slo.latency,
    ceiling: options.utilisation ?? 0.6,
    instanceCores: options['instance-cores'] ?? 1,
    redisCores: options['redis-cores'] ?? 1,
  };
}

function jsonOf(planned: CapacityPlan, checks: StrategyCheck[], { id, environment }: Result) {
  const { commit, cpuModel, cores } = environment;
  return {
    from: { id, commit, cpuModel, cores },
    ...planned,
    checks,
    assumptions: assumptionsOf(planned),
    warnings: warningsOfPlan(planned, checks),
  };
}
