/** Costs and comparisons as lines of text. Pure. */
import type { Estimate } from '../../statistics/statistics.js';
import { meanWithInterval } from '../../statistics/statistics.js';
import { type Comparison, cpuOfRound } from './compare-costs.js';
import type { WindowCost } from './measure-program.js';
import type { RoundCosts } from './round.js';

export function describePrograms(rounds: readonly RoundCosts[]): string[] {
  const rows = [...(rounds[0]?.keys() ?? [])].map((name) => {
    const windows = rounds.flatMap((round) => round.get(name) ?? []);
    const total = (of: (window: WindowCost) => number) =>
      windows.reduce((sum, window) => sum + of(window), 0);
    const seconds = total((window) => window.seconds);
    const generatorShare = total((window) => window.loadGeneratorCpuSeconds) / seconds;
    return [
      name,
      describe(meanWithInterval(rounds.map((round) => cpuOfRound(round)[name] as number)), 1),
      String(Math.round(total((window) => window.requests) / seconds)),
      `${Math.round(generatorShare * 100)} %`,
    ];
  });
  return alignColumns([
    ['GET /me', 'CPU µs per request', 'requests/s', 'load generator, of a core'],
    ...rows,
  ]);
}

export function describeComparisons(comparisons: readonly Comparison[]): string[] {
  return [
    'Cost above the control of the same round, against the tutorial form of the same:',
    ...alignColumns([
      ['strategy', 'ours µs', 'tutorial µs', 'ratio', 'at most', 'verdict'],
      ...comparisons.map((each) => [
        each.limit.strategy,
        describe(each.oursAboveControl, 1),
        describe(each.tutorialAboveControl, 1),
        describe(each.ratio, 2),
        String(each.limit.atMost),
        each.verdict,
      ]),
    ]),
    '',
    'The same, with the basic cost of our app (error handler, more routes) counted against us:',
    ...alignColumns([
      ['strategy', 'ours above tutorial-none, as share of tutorial', 'whole request, ratio'],
      ...comparisons.map((each) => [
        each.limit.strategy,
        describe(each.ratioAboveTutorialControl, 2),
        describe(each.ratioWholeRequest, 2),
      ]),
    ]),
  ];
}

export function describeRound(costs: RoundCosts): string {
  return Object.entries(cpuOfRound(costs))
    .map(([name, microseconds]) => `${name} ${microseconds.toFixed(1)}`)
    .join(', ');
}

/** "51.3 (49.0 to 53.6)" */
export function describe({ mean: value, interval95 }: Estimate, digits: number): string {
  if (interval95 === null) return value.toFixed(digits);
  const [low, high] = interval95;
  return `${value.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
}

/** Columns padded to their widest cell, two blanks between. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    });
  }
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
