/**
 * What is said of the results that labs of older versions really wrote, each as a file beside them. When words of
 * reports change, `npm run docs:expected` writes the files again, and no figure in them may change.
 */
import { join } from 'node:path';
import { compareStrategies } from '../../bench/analyse/compare.js';
import { parseObjective } from '../../bench/analyse/objective.js';
import { warningsOf } from '../../bench/analyse/warnings.js';
import { renderDiffText } from '../../bench/diff/render-text.js';
import { reportDiff } from '../../bench/diff/report.js';
import { readResult } from '../../bench/model/read-result.js';
import type { Result } from '../../bench/model/result-schema.js';
import { describePlan } from '../../bench/plan/describe.js';
import { planCapacity } from '../../bench/plan/plan.js';
import { renderMarkdown } from '../../bench/report/markdown.js';
import { renderSummary } from '../../bench/report/terminal.js';

export const STORED_RESULTS = 'test/fixtures/results';
export const OLDER_RUNS = ['v1', 'v2', 'v3', 'v4', 'v5', 'v5-sustain'] as const;
const WIDTH = 120;

export interface ExpectedReport {
  what: string;
  path: string;
  make(): Promise<string>;
}

export const readStored = (run: string): Promise<Result> => readResult(join(STORED_RESULTS, run));

/** As `lab report` reads it. */
async function analysed(run: string): Promise<Result> {
  const stored = await readStored(run);
  return { ...stored, comparisons: compareStrategies(stored), warnings: warningsOf(stored) };
}

export const EXPECTED_REPORTS: readonly ExpectedReport[] = [
  ...OLDER_RUNS.flatMap((run) => [
    {
      what: `the report of ${run}`,
      path: join(STORED_RESULTS, run, 'expected-report.md'),
      make: async () => renderMarkdown(await analysed(run)),
    },
    {
      what: `the summary of ${run}`,
      path: join(STORED_RESULTS, run, 'expected-summary.txt'),
      make: async () => `${renderSummary(await analysed(run))}\n`,
    },
  ]),
  ...(
    [
      ['v1', 'v2'],
      ['v2', 'v4'],
      ['v3', 'v5'],
    ] as const
  ).map(([a, b]) => ({
    what: `${a} beside ${b}`,
    path: join(STORED_RESULTS, `expected-diff-${a}-${b}.txt`),
    async make() {
      const asked = { basis: 'control', conditions: [] } as const;
      const report = reportDiff(await readStored(a), await readStored(b), asked);
      return `${renderDiffText(report, WIDTH)}\n`;
    },
  })),
  ...(
    [
      ['v2', 'crud'],
      ['v3', 'me'],
      ['v4', 'crud'],
    ] as const
  ).map(([run, workload]) => ({
    what: `the plan for ${workload} of ${run}`,
    path: join(STORED_RESULTS, run, `expected-plan-${workload}.txt`),
    async make() {
      const plan = planCapacity(await readStored(run), {
        workload,
        ...{ users: 100_000, requestsPerUserMinute: 6 },
        ...{ loginsPerUserDay: 2, sessionMinutes: 720 },
        objectives: parseObjective('p99=200ms').latency,
        ...{ ceiling: 0.6, instanceCores: 1, redisCores: 1 },
      });
      return `${describePlan(plan, [])}\n`;
    },
  })),
];
