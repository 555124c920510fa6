/** The noise floor of a machine for a terminal: what it can tell apart, and at what price. */

import type { Calibration, NoiseFloor } from '../model/calibration-schema.js';
import { left, right, type Table } from '../text/blocks.js';
import { countOf } from '../text/count-of.js';
import { formatPercentPoints, formatShare, listOf } from '../text/format.js';
import { renderTextTable } from '../text/text-table.js';
import { wordingOf } from './wording.js';

/** @param width in characters */
export function renderCalibration(calibration: Calibration, width: number): string {
  const { machine, strategy, workload, instances, seconds, noise } = calibration;
  return [
    `${strategy} against itself, on ${workload} with ${countOf(instances, 'instance')}, windows of ${seconds} s. ${machine.cpuModel}, ${countOf(machine.cores, 'core')}, Node.js ${machine.node}.`,
    winners(noise),
    tableText(widthsTable(noise), width),
    tableText(roundsTable(noise), width),
  ].join('\n\n');
}

function winners(noise: readonly NoiseFloor[]): string {
  const named = noise.filter(({ verdict }) => verdict === 'faster' || verdict === 'slower');
  if (named.length === 0)
    return '• No winner was named, as it must be: both variants are the same program.';
  const metrics = named.map(({ metric }) => wordingOf(metric).question);
  return `! A winner was named in ${listOf(metrics)}, although both variants are the same program. That happens to one figure in twenty. If it happens again, something disturbs this machine in step with the rounds: do not trust its verdicts.`;
}

function widthsTable(noise: readonly NoiseFloor[]): Table {
  const counts = noise[0]?.byRounds.map(({ rounds }) => rounds) ?? [];
  return {
    kind: 'table',
    caption:
      'Spread: standard deviation of the ratio from round to round. ±: half of the 95 % interval. From: the smallest difference that four of five runs find.',
    columns: [
      ...[left('What'), right('Rounds here'), right('Spread')],
      ...counts.map((rounds) => right(countOf(rounds, 'round'))),
    ],
    rows: noise.map(({ metric, rounds, standardDeviation, byRounds }) => [
      ...[wordingOf(metric).heading, String(rounds), formatShare(standardDeviation)],
      ...byRounds.map(
        ({ halfWidth, detectable }) =>
          `±${formatShare(halfWidth)}, from ${formatShare(detectable)}`,
      ),
    ]),
    rowHeaders: 1,
  };
}

function roundsTable(noise: readonly NoiseFloor[]): Table {
  const differences = noise[0]?.byDifference.map(({ difference }) => difference) ?? [];
  return {
    kind: 'table',
    caption:
      'Rounds that find such a difference in four of five runs, for one comparison on its own; a table of several takes more.',
    columns: [
      left('What'),
      ...differences.map((difference) => right(`${formatPercentPoints(difference * 100)} %`)),
    ],
    rows: noise.map(({ metric, byDifference }) => [
      wordingOf(metric).heading,
      ...byDifference.map(({ rounds }) => (rounds === null ? 'over 200' : String(rounds))),
    ]),
    rowHeaders: 1,
  };
}

function tableText(table: Table, width: number): string {
  return [...renderTextTable(table, width), table.caption].join('\n');
}
