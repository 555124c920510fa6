/**
 * The answer when many strategies were measured: one sentence a metric that names who was where, the
 * furthest first. A sentence for each would be a page, and the table at a glance has them all.
 */
import type { Comparison } from '../../model/result-schema.js';
import { capitalised, formatPercentPoints, listOf } from '../../text/format.js';
import type { Pair } from '../view.js';
import { rangeOf, wordingOf } from '../wording.js';
import { type Finding, finding } from './finding.js';

export function inShortOfMany(pairs: readonly Pair[]): Finding[] {
  const second = secondFigure(pairs.flatMap(({ comparisons }) => comparisons));
  return ['throughput', second].map((metric) =>
    finding('short', sentence(metric, pairs), { metric }),
  );
}

/** What matters most beside throughput: the most complete figure of CPU time, and latency where none can be known. */
export function secondFigure(comparisons: readonly Comparison[]): string {
  const complete = comparisons.some(({ metric, rounds }) => metric === 'cpu.total' && rounds > 0);
  if (complete) return 'cpu.total';
  const isKnowable = comparisons.some(({ metric }) => metric === 'cpu.application');
  return isKnowable ? 'cpu.application' : 'latency.p99';
}

interface Compared {
  variant: string;
  comparisons: Comparison[];
}

function sentence(metric: string, pairs: readonly Pair[]): string {
  const { noun, up, down, question } = wordingOf(metric);
  const all = pairs.map(({ candidate, comparisons }) => ({
    variant: candidate,
    comparisons: comparisons.filter(
      (comparison) => comparison.metric === metric && comparison.rounds > 0,
    ),
  }));
  const measured = all.filter(({ comparisons }) => comparisons.length > 0);
  if (measured.every(({ comparisons }) => comparisons.every(({ rounds }) => rounds < 2))) {
    return `No verdict on ${question}: one round has no interval.`;
  }
  const decided = (each: Compared, ahead: boolean) =>
    each.comparisons.every(
      ({ verdict, ratio }) =>
        (verdict === 'faster' || verdict === 'slower') && (ratio ?? 1) > 1 === ahead,
    );
  const equal = (each: Compared) => each.comparisons.every(({ verdict }) => verdict === 'equal');
  const groups = [
    { word: up, own: furthestFirst(measured.filter((each) => decided(each, true))) },
    { word: down, own: furthestFirst(measured.filter((each) => decided(each, false))) },
  ].map(({ word, own }) => {
    const shown = own.map(
      ({ variant, comparisons }) => `${variant} (${rangeOf(metric, ratiosOf(comparisons))})`,
    );
    return own.length === 0 ? [] : [`${word}: ${listOf(shown)}`];
  });
  const same = measured.filter(equal).map(({ variant }) => variant);
  const settled = measured.filter(
    (each) => equal(each) || decided(each, true) || decided(each, false),
  );
  const open = measured.filter((each) => !settled.includes(each)).map(({ variant }) => variant);
  const missing = all
    .filter(({ comparisons }) => comparisons.length === 0)
    .map(({ variant }) => variant);
  const margin = formatPercentPoints((measured[0]?.comparisons[0]?.equivalenceMargin ?? 0) * 100);
  const parts = [
    ...groups.flat(),
    ...(same.length > 0 ? [`the same within ${margin} %: ${listOf(same)}`] : []),
    ...(open.length > 0
      ? [`not decided, or different from scenario to scenario: ${listOf(open)}`]
      : []),
    ...(missing.length > 0 ? [`no data: ${listOf(missing)}`] : []),
  ];
  return `${capitalised(noun)}, against ${pairs[0]?.baseline}. ${parts.map(capitalised).join('. ')}.`;
}

function ratiosOf(comparisons: readonly Comparison[]): number[] {
  return comparisons.flatMap(({ ratio }) => ratio ?? []);
}

function furthestFirst(compared: readonly Compared[]): Compared[] {
  const distance = ({ comparisons }: Compared) =>
    Math.max(...ratiosOf(comparisons).map((ratio) => Math.abs(Math.log(ratio))));
  return [...compared].sort((a, b) => distance(b) - distance(a));
}
