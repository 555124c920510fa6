/** Which questions `lab compare` answers, and with which plans. */
import { QUESTION_PLANS, type QuestionPlan } from '../../experiments/compare/question-plans.js';
import type { LogoutPlan } from '../../experiments/logout/measure-logout.js';
import { usageError } from '../../model/errors.js';
import {
  type ChosenComparison,
  QUESTIONS,
  type Question,
  type RunConfig,
} from '../../model/result-schema.js';
import { scenariosOf } from '../../model/scenario.js';
import { SMALL_MACHINES } from '../../model/small-machines.js';
import { isControl, type Variant, variantsOf } from '../../model/variant.js';
import { typedNodeOptions } from './node-options.js';
import { type CompareOptions, configFrom } from './options.js';
import { DEFAULT_STRATEGIES, randomSeed, repeatCommand } from './run-options.js';
import { typedSet } from './set-option.js';

/** With these the questions can be asked; any other option makes a plan of one's own. */
const ABOUT_QUESTIONS: readonly string[] = [
  ...['questions', 'profile', 'strategies', 'rounds', 'database', 'set', 'node-options'],
  ...['seed', 'out', 'json'],
];

export interface AskedQuestions {
  questions: Question[];
  /** The plans of the run, the first first. */
  plans: [RunConfig, ...RunConfig[]];
  logout: LogoutPlan | null;
  /** Why nothing can be held to a share of a core here; null: it can, or need not. */
  noLimits: string | null;
}

interface Service {
  strategies: readonly { name: string; control: boolean }[];
  accessTokenTtlSeconds: number;
}

/**
 * @returns null for a plan of one's own
 * @throws LabError OPTION_INVALID, exit code 2, where both are asked for
 */
export function questionsAsked(options: CompareOptions): Question[] | null {
  const [own] = Object.entries(options)
    .filter(([name, value]) => value !== undefined && value !== false && isOfPlan(name))
    .map(([name]) => `--${name}`);
  const ofSmoke = options.profile === 'smoke' ? '--profile smoke' : undefined;
  const other = own ?? ofSmoke;
  if (options.questions !== undefined && other !== undefined) {
    throw usageError(
      'OPTION_INVALID',
      `${other} makes a plan of its own, and --questions has plans. Take one of the two.`,
    );
  }
  if (other !== undefined) return null;
  return QUESTIONS.filter((question) => options.questions?.includes(question) ?? true);
}

/** Before the words are read as options: whether they make a plan of their own. */
export function hasPlan(words: readonly string[]): boolean {
  const named = words.flatMap((word) => /^--([\w-]+)/.exec(word)?.[1] ?? []);
  return named.some(isOfPlan);
}

function isOfPlan(name: string): boolean {
  return !ABOUT_QUESTIONS.includes(name);
}

/**
 * @param noLimits why no process can be held to a share of a core here; null: it can
 * @throws LabError OPTION_INVALID, exit code 2, where options contradict each other
 */
export function plansFor(
  questions: readonly Question[],
  options: CompareOptions,
  { strategies, accessTokenTtlSeconds }: Service,
  noLimits: string | null,
): AskedQuestions {
  const names = strategies.map(({ name }) => name);
  const profile = options.profile === 'full' ? 'full' : 'quick';
  const { cost, scale, logout } = QUESTION_PLANS[profile];
  const seed = options.seed ?? randomSeed();
  const asked = options.strategies ?? DEFAULT_STRATEGIES.filter((name) => names.includes(name));
  const shared = { ...options, profile, seed, strategies: asked } as const;
  const command = commandOf(options, questions, profile, seed);
  const planOf = (
    question: 'cost' | 'scale',
    { workloads, instances, rounds, seconds, warmUpSeconds, fleetsServe }: QuestionPlan,
    more: Partial<CompareOptions> = {},
  ): RunConfig => {
    const config = configFrom(
      {
        ...{ ...shared, workloads, instances, seconds, 'warm-up': warmUpSeconds },
        ...{ rounds: options.rounds ?? rounds, ...more },
      },
      names,
    );
    const headline = headlineOf(question, config, strategies);
    return { ...config, ...(fleetsServe && { fleetsServe }), question, headline, command };
  };
  const compared = withoutControls(
    asked.map((strategy) => ({ strategy })),
    strategies,
  ).map(({ strategy }) => strategy);
  const plans: RunConfig[] = [];
  const wantsScale = questions.includes('scale');
  // Without limits, what more instances bring is worked out from what a request costs.
  if (questions.includes('cost') || (wantsScale && noLimits !== null)) {
    plans.push(planOf('cost', cost));
  }
  if (wantsScale && noLimits === null) {
    plans.push(
      planOf('scale', scale, {
        ...{ strategies: compared, set: setOf(compared, options) },
        ...{ 'instance-cpu': SMALL_MACHINES.instanceCores, 'redis-cpu': SMALL_MACHINES.redisCores },
      }),
    );
  }
  const variants = variantsOf(compared, options.set);
  const [first, ...further] = plans;
  return {
    questions: [...questions],
    noLimits,
    plans: [first ?? withoutTrials(shared, names, variants, command), ...further],
    logout: questions.includes('logout')
      ? {
          ...logout,
          variants: onePerProgram(variants),
          configuredLifeSeconds: accessTokenTtlSeconds,
        }
      : null,
  };
}

/** A run of nothing but the logout has no plan. */
function withoutTrials(
  options: CompareOptions,
  names: readonly string[],
  variants: Variant[],
  command: string,
): RunConfig {
  const config = configFrom({ ...options, workloads: ['me'], instances: [1], rounds: 1 }, names);
  return { ...config, question: 'logout', variants, workloads: [], order: [], command };
}

/** Variables of variants that a plan does not have would be refused. */
function setOf(strategies: readonly string[], { set }: CompareOptions): CompareOptions['set'] {
  if (set === undefined) return undefined;
  const ids = variantsOf(strategies).map(({ id }) => id);
  return Object.fromEntries(Object.entries(set).filter(([id]) => ids.includes(id)));
}

/** A strategy against itself answers a logout twice in the same way. */
function onePerProgram(variants: readonly Variant[]): Variant[] {
  return variants.filter(
    ({ strategy, environment }, index) =>
      Object.keys(environment).length > 0 ||
      variants.findIndex((other) => other.strategy === strategy) === index,
  );
}

function commandOf(
  {
    profile: _profile,
    questions: _questions,
    set,
    'node-options': flags,
    ...others
  }: CompareOptions,
  questions: readonly Question[],
  profile: string,
  seed: number,
): string {
  const isAll = questions.length === QUESTIONS.length;
  const typed = { ...typedNodeOptions(flags), ...(set && { set: typedSet(set) }) };
  return repeatCommand(
    'compare',
    { profile, ...(!isAll && { questions }), ...others, ...typed },
    seed,
  );
}

/** One figure for each question: to look at many is to find something in one of them. */
const PRIMARY_METRIC = { cost: 'cpu.total', scale: 'throughput' } as const;

/**
 * What an answer rests on, chosen before the run: the first variant against each other one that is no control,
 * in every scenario of the plan, by one figure.
 */
function headlineOf(
  question: keyof typeof PRIMARY_METRIC,
  plan: Pick<RunConfig, 'variants' | 'workloads' | 'instances'>,
  strategies: readonly { name: string; control: boolean }[],
): ChosenComparison[] {
  const [first, ...others] = withoutControls(plan.variants, strategies);
  if (!first) return [];
  return others.flatMap(({ id }) =>
    scenariosOf(plan).map((scenario) => ({
      ...scenario,
      metric: PRIMARY_METRIC[question],
      baseline: first.id,
      candidate: id,
    })),
  );
}

/** All of them where there is nothing else. */
function withoutControls<Kind extends Pick<Variant, 'strategy'>>(
  variants: readonly Kind[],
  strategies: readonly { name: string; control: boolean }[],
): Kind[] {
  const compared = variants.filter(({ strategy }) => !isControl({ strategy }, strategies));
  return compared.length > 0 ? compared : [...variants];
}
