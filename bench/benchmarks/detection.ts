/**
 * npm run bench:detection -- --runs 20 --busy 0.05: whether verdicts can be believed. Asks what a request costs
 * (`compare --questions cost`) again and again, of two variants of one strategy. With --busy 0 they are equal, and
 * every winner is a false one; with --busy 0.05 one does 5 % more work on each request, and the lab should say so.
 */

import { METRICS, type Metric } from '../analyse/metrics.js';
import { compareOptions } from '../cli/options/options.js';
import { plansFor } from '../cli/options/question-options.js';
import { RUN_OPTIONS, randomSeed } from '../cli/options/run-options.js';
import { decimal, integer, parseOptions, text } from '../cli/parse-options.js';
import { describedStrategies, runComparison } from '../experiments/compare/run.js';
import { describeWholeService } from '../fleet/service-commands.js';
import { LabError } from '../model/errors.js';
import type { Comparison, Result, RunConfig } from '../model/result-schema.js';
import { markdownTable } from '../report/markdown.js';
import { renderReports } from '../report/render-reports.js';
import { median } from '../statistics/quantile.js';
import { countOf } from '../text/count-of.js';
import { formatRatio, NOT_MEASURED } from '../text/format.js';
import { beginBenchmark, endWithCode } from './begin-benchmark.js';
import { countDetections, detectionTable, figureOf, scatterOfRatio } from './detection-table.js';

const STRATEGY = 'session';
/** The second variant of it, which may be given more work. */
const SECOND = `${STRATEGY}#2`;
/** Whose cost is reckoned with: the cheaper one, in which the extra work is 5 %. In the other it is less. */
const WORKLOAD = 'me';
const COST = METRICS.find(({ name }) => name === 'cpu.total') as Metric;
const WINNERS: readonly Comparison['verdict'][] = ['faster', 'slower'];
/** Of the run that measures what a request costs. */
const PROBE_ROUNDS = 8;

const OPTIONS = {
  runs: integer(1, 1000, 'complete runs of compare (20)'),
  busy: decimal(
    0,
    10,
    'CPU time that one variant spends more, as a share of that of a request (0)',
  ),
  rounds: integer(2, 1000, 'rounds of each run (those of --profile quick)'),
  'me-alone': { flag: true, help: `asks of ${WORKLOAD} alone: more rounds fit into the same time` },
  seed: { ...RUN_OPTIONS.seed, help: 'of the first run; each further run has the next (random)' },
  out: text('FOLDER', 'where the results are kept (results/detection)'),
} as const;

const signal = await beginBenchmark('bench:detection');
await endWithCode(() => main(process.argv.slice(2)));

async function main(words: readonly string[]): Promise<void> {
  const { options } = parseOptions(words, OPTIONS);
  const { runs = 20, busy = 0, rounds, out = 'results/detection' } = options;
  const seed = options.seed ?? randomSeed(runs + 1);
  const isAlone = options['me-alone'];
  const run = async (extra: number, runSeed: number, count = rounds) => {
    const result = await askCost({ extra, seed: runSeed, rounds: count, isAlone }, out);
    signal.throwIfAborted();
    return result;
  };

  let extra = 0;
  if (busy > 0) {
    const cost = costOf(await run(0, seed + runs, PROBE_ROUNDS));
    // It spins for so long and reads the clock once more: below a tenth of a microsecond. What two runs differ by is far above that.
    extra = cost * busy;
    say(
      `A request of ${WORKLOAD} costs ${cost.toFixed(1)} µs of CPU time in the application. ${SECOND} spins for ${extra.toFixed(3)} µs more.`,
    );
  }
  const seen: Comparison[][] = [];
  const scatters: number[] = [];
  for (let index = 0; index < runs; index++) {
    const fromMs = performance.now();
    const { id, comparisons, trials } = await run(extra, seed + index);
    const chosen = comparisons.filter(({ family }) => family === 'headline');
    seen.push(chosen);
    const scatter = scatterOfRatio(
      trials.filter(({ workload }) => workload === WORKLOAD),
      [STRATEGY, SECOND],
      COST,
    );
    if (scatter !== null) scatters.push(scatter);
    const verdicts = chosen.map(
      (one) => `${figureOf(one)} ${one.verdict} (${formatRatio(one.ratio)})`,
    );
    const seconds = Math.round((performance.now() - fromMs) / 1000);
    say(
      `run ${index + 1} of ${runs} (${id}, ${seconds} s): ${verdicts.join(', ')}; ratio on ${WORKLOAD} scatters by ${scatter?.toFixed(3) ?? NOT_MEASURED}`,
    );
  }
  const figures = [...new Set(seen.flat().map(figureOf))];
  const table = detectionTable(countDetections(seen, figures, busy > 0), busy > 0);
  const winners = seen.filter((chosen) => chosen.some(({ verdict }) => WINNERS.includes(verdict)));
  say(
    `\n${countOf(runs, 'run')}, ${STRATEGY} against ${SECOND}, first seed ${seed}.\n\n${markdownTable(table)}\n\n${table.caption}\nRuns with any winner: ${winners.length}. The ratio on ${WORKLOAD} scatters from round to round (standard deviation of its logarithm) by ${scatters.length > 0 ? median(scatters).toFixed(3) : NOT_MEASURED}, the median of the runs.`,
  );
}

interface AskedCost {
  /** µs of work that the second variant does more. */
  extra: number;
  seed: number;
  rounds: number | undefined;
  isAlone: boolean;
}

async function askCost(
  { extra, seed, rounds, isAlone }: AskedCost,
  outFolder: string,
): Promise<Result> {
  const service = await describeWholeService();
  const names = service.strategies.map(({ name }) => name);
  const words = ['--strategies', `${STRATEGY},${STRATEGY}`, '--seed', String(seed)];
  if (rounds !== undefined) words.push('--rounds', String(rounds));
  if (extra > 0) words.push(...spinning(extra));
  const { options } = parseOptions(words, compareOptions(names));
  const [whole] = plansFor(['cost'], options, service, null).plans;
  const config = isAlone ? withoutOthers(whole) : whole;
  const { result } = await runComparison({
    config,
    strategies: describedStrategies(service.strategies, config.variants),
    outFolder,
    becomesLatest: false,
    render: renderReports,
    signal,
    alongside: async () => [],
    emit: () => {},
  });
  return result;
}

/** The same plan for one workload. */
function withoutOthers({ headline = [], ...plan }: RunConfig): RunConfig {
  const isMe = ({ workload }: { workload: string }) => workload === WORKLOAD;
  return {
    ...plan,
    workloads: [WORKLOAD],
    order: plan.order.filter(isMe),
    headline: headline.filter(isMe),
  };
}

function spinning(microseconds: number): string[] {
  return ['--set', `${SECOND}.INJECT_BUSY_MICROSECONDS=${microseconds.toFixed(3)}`];
}

/**
 * µs of CPU time in the application for a request; of both variants, which are equal.
 *
 * @throws LabError when it was not measured
 */
function costOf({ comparisons, trials }: Result): number {
  const cost = comparisons.find(
    ({ metric, workload }) => metric === 'cpu.application' && workload === WORKLOAD,
  );
  if (!cost?.baselineMean || !cost.ratio) {
    const why =
      trials.flatMap(({ invalidReasons }) => invalidReasons)[0]?.message ?? 'none was run';
    throw new LabError(
      'NOTHING_MEASURED',
      `No round is valid, so the cost of a request is unknown: ${why}.`,
    );
  }
  return (cost.baselineMean * (1 + cost.ratio)) / 2;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
