/**
 * The answer in a line for each pair and metric: who was ahead where, and by how much.
 */
import { METRICS } from '../../analyse/metrics.js';
import type { Comparison } from '../../model/result-schema.js';
import { formatPercentPoints, listOf } from '../../text/format.js';
import type { Pair, ReportView } from '../view.js';
import { rangeOf, type Wording, wordingOf } from '../wording.js';
import { type Finding, finding, MOST_PAIRS_IN_WORDS } from './finding.js';
import { inShortOfMany, secondFigure } from './in-short-of-many.js';
import { moreRoundsFindings } from './more-rounds.js';
import { placesOf } from './places.js';

export function inShortFindings({ mainPairs, controlPairs, result }: ReportView): Finding[] {
  const pairs = mainPairs.length > 0 ? mainPairs : controlPairs;
  if (!result.trials.some((trial) => trial.valid)) return [];
  const metrics = [...new Set(pairs.flatMap((pair) => metricsFor(pair, pairs.length)))];
  const moreRounds = moreRoundsFindings(pairs, metrics, result);
  if (pairs.length > MOST_PAIRS_IN_WORDS) return [...inShortOfMany(pairs), ...moreRounds];
  return [...pairs.flatMap((pair) => pairInShort(pair, pairs.length)), ...moreRounds];
}

function pairInShort(pair: Pair, pairs: number): Finding[] {
  const told = metricsFor(pair, pairs)
    .map((metric) => ({
      metric,
      comparisons: pair.comparisons.filter((comparison) => comparison.metric === metric),
    }))
    .filter(({ comparisons }) => comparisons.length > 0);
  const isMissing = ({ comparisons }: { comparisons: Comparison[] }) =>
    comparisons.every(({ rounds }) => rounds === 0);
  const unknown = told.filter(isMissing).map(({ metric }) => metric);
  return [
    ...told
      .filter((known) => !isMissing(known))
      .map(({ metric, comparisons }) =>
        finding('short', inShort(metric, pair, comparisons), {
          metric,
          verdict: shared(comparisons),
        }),
      ),
    ...(unknown.length > 0 ? [missingInShort(unknown, unknown.length === told.length, pair)] : []),
  ];
}

/** Once for all figures that no round has for both. */
function missingInShort(
  metrics: readonly string[],
  all: boolean,
  { baseline, candidate }: Pair,
): Finding {
  const both = `both ${baseline} and ${candidate}`;
  const text = all
    ? `No verdict on ${candidate} against ${baseline}: no round has a valid trial of both.`
    : `No verdict on ${listOf(metrics.map((metric) => wordingOf(metric).question))}: no round measured ${metrics.length === 1 ? 'it' : 'them'} for ${both}.`;
  const [only = null] = metrics.length === 1 ? metrics : [];
  return finding('short', text, { metric: only, verdict: 'unsure' });
}

/** Of many pairs, the two figures that matter most; the table at a glance has the others. */
function metricsFor({ comparisons }: Pair, pairs: number): string[] {
  if (pairs === 1) return METRICS.map(({ name }) => name);
  return ['throughput', secondFigure(comparisons)];
}

function inShort(metric: string, pair: Pair, comparisons: Comparison[]): string {
  const words = wordingOf(metric);
  if (comparisons.every(({ rounds }) => rounds < 2)) return oneRound(metric, pair, comparisons);
  return [
    ...ahead(metric, pair, comparisons),
    ...equal(words, pair, comparisons),
    ...unsure(words, pair, comparisons),
    ...missing(comparisons),
  ].join(' ');
}

/** "jwt answered more requests per second than session on `me` (18 % more; …)." */
function ahead(metric: string, { baseline, candidate }: Pair, comparisons: Comparison[]): string[] {
  const words = wordingOf(metric);
  const decided = comparisons.filter(({ verdict }) => verdict === 'faster' || verdict === 'slower');
  const groups = [
    { word: words.up, comparisons: decided.filter(({ ratio }) => (ratio ?? 1) > 1) },
    { word: words.down, comparisons: decided.filter(({ ratio }) => (ratio ?? 1) <= 1) },
  ];
  return groups
    .filter((group) => group.comparisons.length > 0)
    .map(
      (group) =>
        `${candidate} ${words.verb} ${group.word} ${words.noun} than ${baseline}${words.suffix} ${placesOf(group.comparisons, comparisons)} (${amountOf(metric, group.comparisons)}).`,
    );
}

function equal(words: Wording, { baseline, candidate }: Pair, comparisons: Comparison[]): string[] {
  const found = comparisons.filter(({ verdict }) => verdict === 'equal');
  const margin = `${formatPercentPoints((comparisons[0]?.equivalenceMargin ?? 0) * 100)} %`;
  if (found.length === 0) return [];
  return [
    `${candidate} ${words.verb} ${words.asMuch} ${words.noun} as ${baseline}${words.suffix}, within ${margin}, ${placesOf(found, comparisons)}.`,
  ];
}

function unsure(
  words: Wording,
  { baseline, candidate }: Pair,
  comparisons: Comparison[],
): string[] {
  const found = comparisons.filter(({ verdict, rounds }) => verdict === 'unsure' && rounds > 0);
  if (found.length === 0) return [];
  const somethingIsKnown = comparisons.some(({ verdict }) => verdict !== 'unsure');
  if (somethingIsKnown) return [`Not decided ${placesOf(found, comparisons)}.`];
  return [
    `This run cannot tell ${placesOf(found, comparisons)} whether ${candidate} ${words.verb} ${words.up} or ${words.down} ${words.noun} than ${baseline}${words.suffix}. The intervals are too wide to tell.`,
  ];
}

function missing(comparisons: Comparison[]): string[] {
  const found = comparisons.filter(({ rounds }) => rounds === 0);
  return found.length === 0 ? [] : [`No data ${placesOf(found, comparisons)}.`];
}

/** Says what was seen without calling it a finding. */
function oneRound(
  metric: string,
  { baseline, candidate }: Pair,
  comparisons: Comparison[],
): string {
  const seen = rangeOf(
    metric,
    comparisons.flatMap(({ ratio }) => (ratio === null ? [] : [ratio])),
  );
  return `No verdict on ${wordingOf(metric).question}: one round has no interval. Seen in it: ${seen} with ${candidate} than with ${baseline}.`;
}

/** "18 % more; 95 % intervals from 15 to 22 % more" */
function amountOf(metric: string, comparisons: Comparison[]): string {
  const means = rangeOf(
    metric,
    comparisons.map(({ ratio }) => ratio ?? 1),
  );
  const ends = comparisons.flatMap(({ interval95 }) => interval95 ?? []);
  const intervals = comparisons.length === 1 ? 'interval' : 'intervals from';
  return `${means}; 95 % ${intervals} ${rangeOf(metric, ends)}`;
}

function shared(comparisons: Comparison[]): Comparison['verdict'] | null {
  const verdicts = new Set(comparisons.map(({ verdict }) => verdict));
  return verdicts.size === 1 ? (comparisons[0]?.verdict ?? null) : null;
}
