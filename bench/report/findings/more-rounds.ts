/**
 * How many rounds would turn what is unsure into a verdict, and how long they would take.
 */
import { calibratedSpread } from '../../analyse/calibrated-spread.js';
import { MOST_ROUNDS, type RoundsNeeded, roundsNeeded } from '../../analyse/rounds-needed.js';
import type { Comparison, Result } from '../../result/schema.js';
import { countOf, listOf } from '../format.js';
import type { Pair } from '../view.js';
import { wordingOf } from '../wording.js';
import { type Finding, finding } from './finding.js';

/** One sentence for all metrics; nothing when nothing is unsure, or one round has no spread. */
export function moreRoundsFindings(
  pairs: readonly Pair[],
  metrics: readonly string[],
  result: Result,
): Finding[] {
  const open = metrics.flatMap((metric) => {
    const needed = pairs.flatMap((pair) => neededIn(pair, metric, result));
    return needed.length > 0 ? [{ metric, needed }] : [];
  });
  if (open.length === 0) return [];
  const enough = open.flatMap(({ needed }) => needed).filter((rounds) => rounds !== null);
  if (enough.length === 0) {
    return [
      finding(
        'short',
        `More than ${MOST_ROUNDS} rounds would be needed to settle what is unsure: the differences lie too near to the edge of what counts as equal, or this machine is too noisy.`,
      ),
    ];
  }
  const most = Math.max(...enough);
  const parts = open.map(({ metric, needed }) => partOf(metric, needed));
  return [
    finding(
      'short',
      `To settle what is unsure, as far as this run can foresee, takes ${listOf(parts)}. Add --rounds ${most}${durationOf(most, result)}, or --until-sure.`,
    ),
  ];
}

/** "About 14 rounds would tell." for one comparison. */
export function moreRoundsSentence(cell: Comparison, pair: Pair, result: Result): string[] {
  const needed = neededFor(cell, pair, result);
  if (!needed) return [];
  return needed.verdict === null
    ? [`More than ${MOST_ROUNDS} rounds would be needed to tell.`]
    : [`About ${countOf(needed.verdict, 'round')} would tell.`];
}

function neededIn(pair: Pair, metric: string, result: Result): (number | null)[] {
  return pair.comparisons
    .filter((cell) => cell.metric === metric && cell.verdict === 'unsure')
    .flatMap((cell) => {
      const needed = neededFor(cell, pair, result);
      return needed ? [needed.verdict] : [];
    });
}

function neededFor(cell: Comparison, pair: Pair, result: Result): RoundsNeeded | null {
  const family = pair.comparisons.filter(({ metric }) => metric === cell.metric);
  return roundsNeeded(cell, family, calibratedSpread(result, cell));
}

/** "about 14 rounds for requests per second (more than 200 in 1 of 4 comparisons)" */
function partOf(metric: string, needed: readonly (number | null)[]): string {
  const { question } = wordingOf(metric);
  const enough = needed.filter((rounds) => rounds !== null);
  const missing = needed.length - enough.length;
  if (enough.length === 0) return `more than ${MOST_ROUNDS} rounds for ${question}`;
  const rest =
    missing === 0
      ? ''
      : ` (more than ${MOST_ROUNDS} in ${missing} of ${needed.length} comparisons)`;
  return `about ${countOf(Math.max(...enough), 'round')} for ${question}${rest}`;
}

/** " (about 9 minutes)"; a round takes as long as in this run. */
function durationOf(rounds: number, { lab, trials, config }: Result): string {
  if (lab.wallSeconds <= 0 || trials.length === 0) return '';
  const trialsInRound = config.order.length / config.rounds;
  const minutes = ((lab.wallSeconds / trials.length) * trialsInRound * rounds) / 60;
  return ` (about ${countOf(Math.max(1, Math.round(minutes)), 'minute')})`;
}
