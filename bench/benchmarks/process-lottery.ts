/**
 * npm run bench:lottery -- --rounds 20: whether equal processes cost the same. Fresh processes of one program
 * in each round, once with every set of flags, measured in turns: what some of them cost more for as long as
 * they live is luck (docs/process-lottery.md).
 */
import { compareOptions, configFrom } from '../cli/options/options.js';
import { randomSeed } from '../cli/options/run-options.js';
import { decimal, integer, oneOf, parseOptions, text } from '../cli/parse-options.js';
import { describedStrategies, runComparison } from '../experiments/compare/run.js';
import { describeService } from '../fleet/service-commands.js';
import type { Result } from '../model/result-schema.js';
import { NODE_FLAGS } from '../model/variant.js';
import { markdownTable } from '../report/markdown.js';
import { renderReports } from '../report/render-reports.js';
import { beginBenchmark, endWithCode } from './begin-benchmark.js';
import { lotteryTable } from './lottery-table.js';

const FLAGS = [
  'none',
  '--no-allocation-site-pretenuring',
  '--max-semi-space-size=64',
  '--no-allocation-site-pretenuring --max-semi-space-size=64',
] as const;

const known = await describeService();
const names = known.map(({ name }) => name);

const OPTIONS = {
  strategy: oneOf(names, 'the program (jwt)'),
  rounds: integer(2, 1000, 'fresh processes with each set of flags (10)'),
  seconds: decimal(0.5, 600, 'measured in each (2)'),
  out: text('FOLDER', 'where the result is kept (results/lottery)'),
} as const;

const signal = await beginBenchmark('bench:lottery');
await endWithCode(() => main(process.argv.slice(2)));

async function main(words: readonly string[]): Promise<void> {
  const { options } = parseOptions(words, OPTIONS);
  const { strategy = 'jwt', rounds = 10, seconds = 2, out = 'results/lottery' } = options;
  const ids = FLAGS.map((_, index) => (index === 0 ? strategy : `${strategy}#${index + 1}`));
  const set = FLAGS.map((flags, index) => `${ids[index]}.${NODE_FLAGS}=${flags}`).join(',');
  const result = await compare(
    [
      ...['--strategies', FLAGS.map(() => strategy).join(','), '--set', set],
      ...['--workloads', 'me', '--instances', '1', '--rounds', String(rounds)],
      ...['--seconds', String(seconds), '--seed', String(randomSeed())],
    ],
    out,
  );
  const table = lotteryTable(result, new Map(ids.map((id, index) => [id, FLAGS[index] as string])));
  process.stdout.write(
    `\n${rounds} fresh processes of ${strategy} with each set of flags, GET /me, Node ${result.environment.node}.\n\n${markdownTable(table)}\n\n${table.caption}\n`,
  );
}

async function compare(words: string[], outFolder: string): Promise<Result> {
  const config = configFrom(parseOptions(words, compareOptions(names)).options, names);
  const { result } = await runComparison({
    config,
    strategies: describedStrategies(known, config.variants),
    outFolder,
    becomesLatest: false,
    render: renderReports,
    signal,
    alongside: async () => [],
    emit(event) {
      if (event.type === 'trial-finished') process.stdout.write('.');
    },
  });
  return result;
}
