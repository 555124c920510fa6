/**
 * npm run bench:detection -- --runs 20 --busy 0.05: whether verdicts can be believed. Runs `compare`
 * again and again with two variants of one strategy. With --busy 0 they are equal, and every winner is a
 * false one; with --busy 0.05 one does 5 % more work on each request, and the lab should say so.
 */

import { METRICS } from '../analyse/metrics.js';
import { compareOptions, configFrom } from '../cli/options/options.js';
import { RUN_OPTIONS, randomSeed } from '../cli/options/run-options.js';
import { decimal, integer, oneOf, parseOptions, text } from '../cli/parse-options.js';
import { describedStrategies, runComparison } from '../experiments/compare/run.js';
import { describeService } from '../fleet/service-commands.js';
import { LabError } from '../model/errors.js';
import type { Comparison, Result } from '../model/result-schema.js';
import { markdownTable } from '../report/markdown.js';
import { renderReports } from '../report/render-reports.js';
import { countOf } from '../text/count-of.js';
import { beginBenchmark, endWithCode } from './begin-benchmark.js';
import { countDetections, detectionTable } from './detection-table.js';

const STRATEGY = 'session';
/** The second variant of it, which may be given more work. */
const SECOND = `${STRATEGY}#2`;
/** Of the run that measures what a request costs, and what so much spinning adds to it. */
const PROBE_ROUNDS = 8;
const PROBE_MICROSECONDS = 2;
const LEAST_MICROSECONDS = 0.001;

const OPTIONS = {
  runs: integer(1, 1000, 'complete runs of compare (20)'),
  busy: decimal(
    0,
    10,
    'CPU time that one variant spends more, as a share of that of a request (0)',
  ),
  rounds: integer(2, 1000, 'rounds of each run (3)'),
  seconds: decimal(0.5, 600, 'length of the measured window (that of --profile quick)'),
  seed: { ...RUN_OPTIONS.seed, help: 'of the first run; each further run has the next (random)' },
  metric: oneOf(
    METRICS.map(({ name }) => name),
    'the figure to count (all)',
  ),
  out: text('FOLDER', 'where the results are kept (results/detection)'),
} as const;

const signal = await beginBenchmark('bench:detection');
await endWithCode(() => main(process.argv.slice(2)));

async function main(words: readonly string[]): Promise<void> {
  const { options } = parseOptions(words, OPTIONS);
  const { runs = 20, busy = 0, rounds = 3 } = options;
  const seed = options.seed ?? randomSeed(runs + 1);
  const shared = options.seconds === undefined ? [] : ['--seconds', String(options.seconds)];
  const out = options.out ?? 'results/detection';
  const run = async (plan: string[], count: number, runSeed: number) => {
    const asked = [...plan, '--rounds', String(count), '--seed', String(runSeed), ...shared];
    const result = await compare(asked, out);
    signal.throwIfAborted();
    return result;
  };

  const plan = ['--strategies', `${STRATEGY},${STRATEGY}`];
  if (busy > 0) {
    const probe = [...plan, ...spinning(PROBE_MICROSECONDS)];
    const found = costsOf(await run(probe, PROBE_ROUNDS, seed + runs));
    // The spinning itself costs more than it is asked to spend: it reads the clock.
    const beside = found.second - found.first - PROBE_MICROSECONDS;
    const extra = Math.max(LEAST_MICROSECONDS, found.first * busy - beside);
    plan.push(...spinning(extra));
    say(
      `A request costs ${found.first.toFixed(1)} µs of CPU time in the application. ${SECOND} spins for ${extra.toFixed(3)} µs, which costs ${(extra + beside).toFixed(2)} µs.`,
    );
  }
  const seen: Comparison[][] = [];
  for (let index = 0; index < runs; index++) {
    const { id, comparisons } = await run(plan, rounds, seed + index);
    seen.push(comparisons);
    const verdicts = comparisons.map(({ metric, verdict }) => `${metric} ${verdict}`);
    say(`run ${index + 1} of ${runs} (${id}): ${verdicts.join(', ')}`);
  }
  const metrics = options.metric ? [options.metric] : METRICS.map(({ name }) => name);
  const table = detectionTable(countDetections(seen, metrics, busy > 0), busy > 0);
  say(
    `\n${countOf(runs, 'run')} of ${countOf(rounds, 'round')}, ${STRATEGY} against ${SECOND}, me, 1 instance, first seed ${seed}.\n\n${markdownTable(table)}\n\n${table.caption}`,
  );
}

async function compare(words: string[], outFolder: string): Promise<Result> {
  const known = await describeService();
  const names = known.map(({ name }) => name);
  const asked = [...words, '--workloads', 'me', '--instances', '1'];
  const config = configFrom(parseOptions(asked, compareOptions(names)).options, names);
  const { result } = await runComparison({
    config,
    strategies: describedStrategies(known, config.variants),
    outFolder,
    becomesLatest: false,
    render: renderReports,
    signal,
    alongside: async () => [],
    emit: () => {},
  });
  return result;
}

function spinning(microseconds: number): string[] {
  return ['--set', `${SECOND}.INJECT_BUSY_MICROSECONDS=${microseconds.toFixed(3)}`];
}

/**
 * µs of CPU time in the application for a request of each variant.
 *
 * @throws LabError when it was not measured
 */
function costsOf({ comparisons, trials }: Result): { first: number; second: number } {
  const cost = comparisons.find(({ metric }) => metric === 'cpu.application');
  if (!cost?.baselineMean || !cost.ratio) {
    const why =
      trials.flatMap(({ invalidReasons }) => invalidReasons)[0]?.message ?? 'none was run';
    throw new LabError(
      'NOTHING_MEASURED',
      `No round is valid, so the cost of a request is unknown: ${why}.`,
    );
  }
  return { first: cost.baselineMean, second: cost.baselineMean * cost.ratio };
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
