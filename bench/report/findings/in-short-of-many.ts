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
  const complete = pairs.some(({ comparisons }) =>
    comparisons.some(({ metric, rounds }) => metric === 'cpu.total' && rounds > 0),
  );
  return ['throughput', complete ? 'cpu.total' : 'cpu.application'].map((metric) =>
    finding('short', sentence(metric, pairs), { metric }),
  );
}

interface Side {
  name: string;
  cells: Comparison[];
}

function sentence(metric: string, pairs: readonly Pair[]): string {
  const { noun, up, down, question } = wordingOf(metric);
  const sides = pairs.map(({ candidate, comparisons }) => ({
    name: candidate,
    cells: comparisons.filter((cell) => cell.metric === metric && cell.rounds > 0),
  }));
  const measured = sides.filter(({ cells }) => cells.length > 0);
  if (measured.every(({ cells }) => cells.every(({ rounds }) => rounds < 2))) {
    return `No verdict on ${question}: one round has no interval.`;
  }
  const decided = (side: Side, ahead: boolean) =>
    side.cells.every(
      ({ verdict, ratio }) =>
        (verdict === 'faster' || verdict === 'slower') && (ratio ?? 1) > 1 === ahead,
    );
  const equal = (side: Side) => side.cells.every(({ verdict }) => verdict === 'equal');
  const groups = [
    { word: up, sides: furthestFirst(measured.filter((side) => decided(side, true))) },
    { word: down, sides: furthestFirst(measured.filter((side) => decided(side, false))) },
  ].map(({ word, sides: own }) => {
    const shown = own.map(({ name, cells }) => `${name} (${rangeOf(metric, ratiosOf(cells))})`);
    return own.length === 0 ? [] : [`${word}: ${listOf(shown)}`];
  });
  const same = measured.filter(equal).map(({ name }) => name);
  const settled = measured.filter(
    (side) => equal(side) || decided(side, true) || decided(side, false),
  );
  const open = measured.filter((side) => !settled.includes(side)).map(({ name }) => name);
  const missing = sides.filter(({ cells }) => cells.length === 0).map(({ name }) => name);
  const horizon = formatPercentPoints((measured[0]?.cells[0]?.horizon ?? 0) * 100);
  const parts = [
    ...groups.flat(),
    ...(same.length > 0 ? [`the same within ${horizon} %: ${listOf(same)}`] : []),
    ...(open.length > 0 ? [`unsure, or different from cell to cell: ${listOf(open)}`] : []),
    ...(missing.length > 0 ? [`no data: ${listOf(missing)}`] : []),
  ];
  return `${capitalised(noun)}, against ${pairs[0]?.baseline}. ${parts.map(capitalised).join('. ')}.`;
}

function ratiosOf(cells: readonly Comparison[]): number[] {
  return cells.flatMap(({ ratio }) => ratio ?? []);
}

function furthestFirst(sides: readonly Side[]): Side[] {
  const distance = ({ cells }: Side) =>
    Math.max(...ratiosOf(cells).map((ratio) => Math.abs(Math.log(ratio))));
  return [...sides].sort((a, b) => distance(b) - distance(a));
}
