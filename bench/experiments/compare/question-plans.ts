/** What each profile measures for each question (docs/decisions/012 says how the numbers were chosen). */
import type { ChosenComparison, RunConfig } from '../../model/result-schema.js';
import { scenariosOf } from '../../model/scenario.js';
import { isControl, type Variant } from '../../model/variant.js';

export interface QuestionPlan {
  workloads: string[];
  instances: number[];
  rounds: number;
  seconds: number;
  warmUpSeconds: number;
}

export interface QuestionPlans {
  /** What a request costs, on one instance with all the machine to itself. */
  cost: QuestionPlan;
  /** What more instances bring, each held to the same share of a core, and Redis too. */
  scale: QuestionPlan;
  /** How long an ended login still opens doors. */
  logout: { instances: number; tokenLifeSeconds: number };
}

export const QUESTION_PLANS: Record<'quick' | 'full', QuestionPlans> = {
  quick: {
    cost: {
      workloads: ['me', 'crud'],
      instances: [1],
      rounds: 4,
      seconds: 1.2,
      warmUpSeconds: 0.5,
    },
    scale: {
      ...{ workloads: ['me'], instances: [1, 2, 4, 8], rounds: 2 },
      ...{ seconds: 2.4, warmUpSeconds: 0.5 },
    },
    logout: { instances: 2, tokenLifeSeconds: 3 },
  },
  full: {
    cost: {
      ...{ workloads: ['me', 'read', 'crud', 'login'], instances: [1], rounds: 12 },
      ...{ seconds: 5, warmUpSeconds: 1.5 },
    },
    scale: {
      ...{ workloads: ['me'], instances: [1, 2, 4, 8, 12, 16], rounds: 6 },
      ...{ seconds: 6, warmUpSeconds: 1 },
    },
    logout: { instances: 4, tokenLifeSeconds: 10 },
  },
};

/** One figure for each question: to look at many is to find something in one of them. */
const PRIMARY_METRIC = { cost: 'cpu.total', scale: 'throughput' } as const;

/**
 * What an answer rests on, chosen before the run: the first variant against each other one that is no control,
 * in every scenario of the plan, by one figure.
 */
export function headlineOf(
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
export function withoutControls<Kind extends Pick<Variant, 'strategy'>>(
  variants: readonly Kind[],
  strategies: readonly { name: string; control: boolean }[],
): Kind[] {
  const compared = variants.filter(({ strategy }) => !isControl({ strategy }, strategies));
  return compared.length > 0 ? compared : [...variants];
}
