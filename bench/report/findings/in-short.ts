/**
 * The answer in a line for each pair and metric: how often which side was ahead, and by how much.
 */
import { METRICS } from '../../analyse/metrics.js';
import type { Comparison } from '../../result/schema.js';
import { capitalised, countOf, formatPercentPoints, listOf } from '../format.js';
import type { Pair, ReportView } from '../view.js';
import { intervalOf, type Wording, wordingOf } from '../wording.js';
import { type Finding, finding } from './finding.js';

export function inShortFindings({ mainPairs, controlPairs, result }: ReportView): Finding[] {
  const pairs = mainPairs.length > 0 ? mainPairs : controlPairs;
  if (!result.trials.some((trial) => trial.valid)) return [];
  return pairs.flatMap((pair) =>
    METRICS.flatMap(({ name }) => {
      const cells = pair.comparisons.filter(({ metric }) => metric === name);
      return cells.length > 0
        ? [finding('short', inShort(name, pair, cells), { metric: name, verdict: shared(cells) })]
        : [];
    }),
  );
}

function inShort(metric: string, pair: Pair, cells: Comparison[]): string {
  const words = wordingOf(metric);
  if (cells.every(({ rounds }) => rounds === 0)) {
    return `${capitalised(words.heading)}: no round measured it for both ${pair.baseline} and ${pair.candidate}, so there is no verdict.`;
  }
  if (cells.every(({ rounds }) => rounds < 2)) return oneRound(metric, pair, cells);
  const decided = cells.filter(({ verdict }) => verdict === 'faster' || verdict === 'slower');
  const up = decided.filter(({ ratio }) => (ratio ?? 1) > 1);
  const down = decided.filter(({ ratio }) => (ratio ?? 1) <= 1);
  const equal = cells.filter(({ verdict }) => verdict === 'equal').length;
  const unsure = cells.filter(({ verdict, rounds }) => verdict === 'unsure' && rounds > 0).length;
  const missing = cells.filter(({ rounds }) => rounds === 0).length;
  if (decided.length === 0) return undecided(words, pair, cells, equal, unsure + missing);
  const [first, second] = up.length >= down.length ? [up, down] : [down, up];
  const parts = [
    `${words[first === up ? 'up' : 'down']} ${words.noun} than ${pair.baseline}${words.suffix} in ${share(first, cells)} (${rangeOf(metric, first)})`,
    ...(second.length > 0
      ? [`${words[second === up ? 'up' : 'down']} in ${second.length} (${rangeOf(metric, second)})`]
      : []),
  ];
  const rest = [
    ...(equal > 0 ? [`${equal} ${are(equal)} equal within ${horizonOf(cells)}`] : []),
    ...(unsure > 0 ? [`${unsure} ${are(unsure)} unsure`] : []),
    ...(missing > 0 ? [`${missing} could not be made`] : []),
  ];
  const tail = rest.length > 0 ? ` ${listOf(rest)}.` : '';
  return `${pair.candidate} ${words.verb} ${listOf(parts)}.${tail}`;
}

function undecided(
  words: Wording,
  { baseline, candidate }: Pair,
  cells: Comparison[],
  equal: number,
  unsure: number,
): string {
  const subject = `${candidate} ${words.verb} ${words.asMuch} ${words.noun} as ${baseline}${words.suffix}`;
  if (unsure === 0) {
    return `${subject}, within ${horizonOf(cells)}, in ${all(cells)}.`;
  }
  const question = `whether ${candidate} ${words.verb} ${words.up} or ${words.down} ${words.noun} than ${baseline}${words.suffix}`;
  if (equal === 0) {
    return `Unsure in ${all(cells)}: ${question}. The intervals are too wide to tell.`;
  }
  return `${subject}, within ${horizonOf(cells)}, in ${equal} of ${countOf(cells.length, 'comparison')}. ${unsure} ${are(unsure)} unsure.`;
}

/** Says what was seen without calling it a finding. */
function oneRound(metric: string, { baseline, candidate }: Pair, cells: Comparison[]): string {
  const seen = rangeOf(
    metric,
    cells.filter(({ rounds }) => rounds > 0),
  );
  return `No verdict on ${wordingOf(metric).question}: one round has no interval. Seen in it: ${seen} with ${candidate} than with ${baseline}.`;
}

/** "9 to 14 % more"; the means of the cells, not an interval. */
function rangeOf(metric: string, cells: Comparison[]): string {
  const ratios = cells.map(({ ratio }) => ratio ?? 1);
  const [low, high] = [Math.min(...ratios), Math.max(...ratios)];
  const range = intervalOf(metric, [low, high]);
  const [from, to] = range.split(' to ');
  return from && to?.startsWith(`${from} `) ? to : range;
}

function share(some: Comparison[], cells: Comparison[]): string {
  return some.length === cells.length
    ? all(cells)
    : `${some.length} of ${countOf(cells.length, 'comparison')}`;
}

function all(cells: Comparison[]): string {
  if (cells.length === 1) return 'the one comparison';
  return `${cells.length === 2 ? 'both' : `all ${cells.length}`} comparisons`;
}

function horizonOf(cells: Comparison[]): string {
  return `${formatPercentPoints((cells[0]?.horizon ?? 0) * 100)} %`;
}

function are(count: number): string {
  return count === 1 ? 'is' : 'are';
}

function shared(cells: Comparison[]): Comparison['verdict'] | null {
  const verdicts = new Set(cells.map(({ verdict }) => verdict));
  return verdicts.size === 1 ? (cells[0]?.verdict ?? null) : null;
}
