/**
 * How many rounds would turn what is unsure into a verdict, and how long they would take.
 */
import { calibratedSpread } from '../../analyse/calibrated-spread.js';
import { MOST_ROUNDS, type RoundsNeeded, roundsNeeded } from '../../analyse/rounds-needed.js';
import type { Comparison, Result } from '../../model/result-schema.js';
import { countOf } from '../../text/count-of.js';
import { listOf } from '../../text/format.js';
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
  const most = worthWaiting(result);
  const all = open.flatMap(({ needed }) => needed);
  const beyond = all.filter((rounds) => rounds === null || rounds > most).length;
  if (beyond === all.length) {
    return [
      finding(
        'short',
        `More than ${most} rounds would be needed to decide what is not decided yet: ${WHY_HOPELESS}.`,
      ),
    ];
  }
  const withinReach = open.flatMap(({ metric, needed }) => {
    const enough = needed.filter((rounds) => rounds !== null && rounds <= most) as number[];
    return enough.length > 0 ? [{ metric, rounds: Math.max(...enough) }] : [];
  });
  const advised = Math.max(...withinReach.map(({ rounds }) => rounds));
  const untilSure = untilSureInWords(withinReach.map(({ metric }) => metric));
  const rest =
    beyond > 0
      ? ` ${beyond} of these ${all.length} comparisons would take more than ${most} rounds: ${WHY_HOPELESS}.`
      : '';
  return [
    finding(
      'short',
      `To decide what is not decided yet takes about ${roundsInWords(withinReach)}, if they scatter as these did. Add --rounds ${advised}${durationOf(advised, result)}${untilSure}.${rest}`,
    ),
  ];
}

/** "14 rounds for requests per second"; "8 rounds (requests per second) to 23 (latency …)" */
function roundsInWords(figures: readonly { metric: string; rounds: number }[]): string {
  const sorted = [...figures].sort((a, b) => a.rounds - b.rounds);
  const least = sorted[0] as (typeof figures)[number];
  const most = sorted.at(-1) as (typeof figures)[number];
  const asked = ({ metric }: { metric: string }) => wordingOf(metric).question;
  return least.rounds === most.rounds
    ? `${countOf(most.rounds, 'round')} for ${listOf(sorted.map(asked))}`
    : `${countOf(least.rounds, 'round')} (${asked(least)}) to ${most.rounds} (${asked(most)})`;
}

/** What nobody would wait for is no advice. */
const ROUNDS_WORTH_WAITING = 30;

function worthWaiting({ config }: Result): number {
  return Math.min(MOST_ROUNDS, Math.max(ROUNDS_WORTH_WAITING, 3 * config.rounds));
}

const WHY_HOPELESS = 'too near to the edge of equal, or on too noisy a machine';

/** It watches throughput and CPU time only (analyse/unsure.ts). */
function untilSureInWords(metrics: readonly string[]): string {
  const tail = metrics.some((metric) => metric.startsWith('latency'));
  if (!tail) return ', or --until-sure';
  return metrics.length === 1 ? '' : ', or --until-sure, which does not wait for latency';
}

/** "About 14 rounds would tell." for one comparison. */
export function moreRoundsSentence(comparison: Comparison, pair: Pair, result: Result): string[] {
  const needed = neededFor(comparison, pair, result);
  if (!needed) return [];
  return needed.verdict === null
    ? [`More than ${MOST_ROUNDS} rounds would be needed to tell.`]
    : [`About ${countOf(needed.verdict, 'round')} would tell.`];
}

function neededIn(pair: Pair, metric: string, result: Result): (number | null)[] {
  return pair.comparisons
    .filter((comparison) => comparison.metric === metric && comparison.verdict === 'unsure')
    .flatMap((comparison) => {
      const needed = neededFor(comparison, pair, result);
      return needed ? [needed.verdict] : [];
    });
}

function neededFor(comparison: Comparison, pair: Pair, result: Result): RoundsNeeded | null {
  const alike = pair.comparisons.filter(({ metric }) => metric === comparison.metric);
  return roundsNeeded(comparison, alike, calibratedSpread(result, comparison));
}

/** " (about 9 minutes)"; a round takes as long as in this run. */
function durationOf(rounds: number, { lab, trials, config }: Result): string {
  if (lab.wallSeconds <= 0 || trials.length === 0) return '';
  const trialsInRound = config.order.length / config.rounds;
  const minutes = ((lab.wallSeconds / trials.length) * trialsInRound * rounds) / 60;
  return ` (about ${countOf(Math.max(1, Math.round(minutes)), 'minute')})`;
}
