/**
 * Results that labs of older versions really wrote, read by this one: the reports say what they are to say,
 * byte for byte. When words of reports change, the files change with them, and no figure in them may.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { compareStrategies } from '../../../bench/analyse/compare.js';
import { parseObjective } from '../../../bench/analyse/objective.js';
import { warningsOf } from '../../../bench/analyse/warnings.js';
import { renderDiffText } from '../../../bench/diff/render-text.js';
import { reportDiff } from '../../../bench/diff/report.js';
import { resultJsonSchema } from '../../../bench/model/json-schema.js';
import { readResult } from '../../../bench/model/read-result.js';
import { type Result, SCHEMA_VERSION } from '../../../bench/model/result-schema.js';
import { describePlan } from '../../../bench/plan/describe.js';
import { planCapacity } from '../../../bench/plan/plan.js';
import { renderMarkdown } from '../../../bench/report/markdown.js';
import { renderSummary } from '../../../bench/report/terminal.js';

const FIXTURES = 'test/fixtures/results';
const RUNS = ['v1', 'v2', 'v3', 'v4', 'v5', 'v5-sustain'];
const WIDTH = 120;

/** What a report says of it. Its words are those of today; each figure is as the older lab printed it. */
function expected(...path: string[]): Promise<string> {
  return readFile(join(FIXTURES, ...path), 'utf8');
}

const read = (run: string): Promise<Result> => readResult(join(FIXTURES, run));

/** As `lab report` reads it. */
async function analysed(run: string): Promise<Result> {
  const stored = await read(run);
  return { ...stored, comparisons: compareStrategies(stored), warnings: warningsOf(stored) };
}

describe('a stored result of an older version', () => {
  const accepts = new Ajv2020({ strict: false, validateFormats: false }).compile(
    resultJsonSchema(),
  );

  for (const run of RUNS) {
    it(`of ${run} is read in the shape of this version`, async () => {
      const stored = JSON.parse(await readFile(join(FIXTURES, run, 'result.json'), 'utf8'));
      expect(`v${stored.schemaVersion}`).to.equal(run.slice(0, 2));
      const result = await read(run);
      expect(result.schemaVersion).to.equal(SCHEMA_VERSION);
      expect(result.trials).to.have.length(stored.trials.length);
      expect(result.config.variants.map(({ strategy }) => strategy)).to.deep.equal(
        stored.config.strategies,
      );
      expect(accepts(result), JSON.stringify(accepts.errors)).to.equal(true);
    });

    it(`of ${run} is reported as before`, async () => {
      const result = await analysed(run);
      expect(renderMarkdown(result)).to.equal(await expected(run, 'expected-report.md'));
      expect(`${renderSummary(result)}\n`).to.equal(await expected(run, 'expected-summary.txt'));
    });
  }

  it('keeps two variants of a strategy apart, and the variables of each', async () => {
    for (const run of ['v3', 'v5']) {
      const { config, trials } = await read(run);
      expect(config.variants.slice(0, 2), run).to.deep.equal([
        { id: 'session', strategy: 'session', environment: {} },
        { id: 'session#2', strategy: 'session', environment: { LOG_LEVEL: 'info' } },
      ]);
      expect(new Set(trials.map(({ variant }) => variant)), run).to.include('session#2');
    }
  });

  it('knows the topology that its trials were measured in', async () => {
    for (const [run, topology] of [
      ['v2', 'direct'],
      ['v4', 'web'],
    ] as const) {
      const { trials, comparisons, config } = await read(run);
      const found = [...trials, ...comparisons, ...config.order].map((each) => each.topology);
      expect(new Set(found), run).to.deep.equal(new Set([topology]));
    }
  });

  for (const [a, b] of [
    ['v1', 'v2'],
    ['v2', 'v4'],
    ['v3', 'v5'],
  ] as const) {
    it(`is set beside another as before: ${a} and ${b}`, async () => {
      const report = reportDiff(await read(a), await read(b), { basis: 'control', conditions: [] });
      expect(`${renderDiffText(report, WIDTH)}\n`).to.equal(
        await expected(`expected-diff-${a}-${b}.txt`),
      );
    });
  }

  for (const [run, workload] of [
    ['v2', 'crud'],
    ['v3', 'me'],
    ['v4', 'crud'],
  ] as const) {
    it(`gives the same plan as before: ${workload} of ${run}`, async () => {
      const plan = planCapacity(await read(run), {
        workload,
        ...{ users: 100_000, requestsPerUserMinute: 6 },
        ...{ loginsPerUserDay: 2, sessionMinutes: 720 },
        objectives: parseObjective('p99=200ms').latency,
        ...{ ceiling: 0.6, instanceCores: 1, redisCores: 1 },
      });
      expect(`${describePlan(plan, [])}\n`).to.equal(
        await expected(run, `expected-plan-${workload}.txt`),
      );
    });
  }
});
