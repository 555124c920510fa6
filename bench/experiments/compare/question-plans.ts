/** What each profile measures for each question (docs/decisions/012 says how the numbers were chosen). */

export interface QuestionPlan {
  workloads: string[];
  instances: number[];
  rounds: number;
  seconds: number;
  warmUpSeconds: number;
  /** Processes are started once for all rounds, where starting them takes longer than what they measure. */
  fleetsServe?: 'plan';
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
      rounds: 3,
      seconds: 1.2,
      warmUpSeconds: 0.5,
    },
    scale: {
      ...{ workloads: ['me'], instances: [1, 2, 4, 8], rounds: 2 },
      ...{ seconds: 2, warmUpSeconds: 0.5, fleetsServe: 'plan' },
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
