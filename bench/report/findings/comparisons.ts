/**
 * One sentence, or a few, for each cell (workload x instances) and metric of a pair.
 */
import { isOfCell, trialsOf } from '../../analyse/cells.js';
import { databaseOf } from '../../model/databases.js';
import type { Comparison, Trial } from '../../model/result-schema.js';
import { inSentence } from '../../model/tiers.js';
import { tiersOfEveryRun } from '../../model/tiers-of-run.js';
import { countOf } from '../../text/count-of.js';
import {
  code,
  formatMean,
  formatMicroseconds,
  formatNumber,
  formatPercentPoints,
  listOf,
} from '../../text/format.js';
import { serversOf } from '../servers.js';
import type { Pair, ReportView } from '../view.js';
import { intervalOf, sentenceOf, unitOf, wordingOf } from '../wording.js';
import { type Finding, finding } from './finding.js';
import { moreRoundsSentence } from './more-rounds.js';
import { leavesRoundsOut, SHARED_ROUNDS } from './shared-rounds.js';

export function comparisonFindings(view: ReportView): Finding[] {
  const pairs = view.mainPairs.length > 0 ? view.mainPairs : view.controlPairs;
  return pairs.flatMap((pair) => [
    ...missingCells(pair).map((cell) => missingFinding(cell, view.result.trials)),
    ...pair.comparisons
      .filter((cell) => !missingCells(pair).some((missing) => isSameCell(missing, cell)))
      .map((cell) => cellFinding(cell, pair, view)),
  ]);
}

function cellFinding(cell: Comparison, pair: Pair, view: ReportView): Finding {
  const sentences = [comparisonSentence(cell, pair, view.result.trials)];
  if (cell.verdict === 'unsure') sentences.push(...moreRoundsSentence(cell, pair, view.result));
  if (cell.metric === 'cpu.application' && cell.rounds > 0) {
    sentences.push(...outsideSentences(cell, view));
  }
  const { workload, instances, metric, verdict } = cell;
  return finding('comparison', sentences.join(' '), { workload, instances, metric, verdict });
}

/** One comparison for each cell in which no metric has a round: said once, not for each metric. */
function missingCells({ comparisons }: Pair): Comparison[] {
  return comparisons.filter((cell, index) => {
    const here = comparisons.filter((other) => isSameCell(other, cell));
    return (
      here.every(({ rounds }) => rounds === 0) && comparisons.indexOf(here[0] ?? cell) === index
    );
  });
}

function isSameCell(a: Comparison, b: Comparison): boolean {
  return a.workload === b.workload && a.instances === b.instances;
}

function missingFinding(cell: Comparison, trials: Trial[]): Finding {
  const { workload, instances } = cell;
  return finding('comparison', `No verdict ${placeOf(cell)}: ${whyMissing(cell, trials)}.`, {
    workload,
    instances,
    verdict: 'unsure',
  });
}

function placeOf({ workload, instances }: Comparison): string {
  return `on ${code(workload)} with ${countOf(instances, 'instance')}`;
}

/** "On `me` with 1 instance, jwt answered 12 % more requests per second than session (95 % …)." */
export function comparisonSentence(cell: Comparison, pair: Pair, trials: Trial[]): string {
  const where = placeOf(cell);
  if (cell.ratio === null || cell.rounds === 0) {
    return `No verdict ${where} (${wordingOf(cell.metric).heading}): ${whyMissing(cell, trials)}.`;
  }
  const change = sentenceOf(cell.metric, cell.ratio, cell.baseline, cell.candidate);
  const amounts = `${amountsOf(cell)}${leavesRoundsOut(cell, trials) ? ` ${SHARED_ROUNDS}` : ''}`;
  if (!cell.interval95) {
    return `No verdict ${where}: in the one round ${whyOne(cell, trials)}, ${change} (${amounts}). One round has no interval, so this may be chance.`;
  }
  const interval = `95 % interval ${intervalOf(cell.metric, cell.interval95)}, ${countOf(cell.rounds, 'round')}; ${amounts}`;
  const sentences: Record<Comparison['verdict'], string> = {
    faster: `On${where.slice(2)}, ${change} (${interval}).`,
    slower: `On${where.slice(2)}, ${change} (${interval}).`,
    equal: `On${where.slice(2)}, ${cell.baseline} and ${cell.candidate} are equal within ${formatPercentPoints(cell.horizon * 100)} %: ${change} (${interval}).`,
    unsure: `Unsure ${where}: ${change} (${interval}), ${whyUnsure(cell, pair)}.`,
  };
  return sentences[cell.verdict];
}

/** Others may have been measured, and left out. */
function whyOne({ baseline, candidate, workload, instances }: Comparison, trials: Trial[]): string {
  const here = trials.filter(
    (trial) =>
      [baseline, candidate].includes(trial.strategy) &&
      trial.workload === workload &&
      trial.instances === instances,
  );
  const rounds = new Set(here.map(({ round }) => round)).size;
  return rounds === 1 ? 'measured' : 'that counts on both sides';
}

/** "3,400 against 3,040 requests/s" */
function amountsOf({ metric, baselineMean, candidateMean }: Comparison): string {
  if (baselineMean === null || candidateMean === null) return 'means unknown';
  const unit = unitOf(metric);
  const format = unit === 'µs' ? formatMicroseconds : formatNumber;
  return `${format(candidateMean)} against ${format(baselineMean)} ${unit}`;
}

function whyUnsure({ metric, interval95, familyInterval }: Comparison, pair: Pair): string {
  const [low, high] = interval95 ?? [0, Number.POSITIVE_INFINITY];
  if (low <= 1 && high >= 1) return 'and the interval includes no difference at all';
  const all = pair.comparisons.length;
  const wider = familyInterval ? ` (${intervalOf(metric, familyInterval)})` : '';
  return `but the wider interval${wider} that has to hold for all ${countOf(all, 'comparison')} of the two at once includes no difference`;
}

function whyMissing(cell: Comparison, trials: Trial[]): string {
  const mineOf = (strategy: string) => trialsOf({ ...cell, strategy }, trials);
  const reasons = [cell.baseline, cell.candidate].flatMap((strategy) => {
    const mine = mineOf(strategy);
    if (mine.length === 0) return [`${strategy} was not measured`];
    if (mine.every(({ valid }) => !valid)) {
      return [`no trial of ${strategy} is valid (${countOf(mine.length, 'trial')})`];
    }
    return [];
  });
  if (reasons.length === 2 && mineOf(cell.baseline).length + mineOf(cell.candidate).length === 0) {
    return `neither ${cell.baseline} nor ${cell.candidate} was measured`;
  }
  if (reasons.length > 0) return listOf(reasons);
  const roundsOf = (strategy: string) =>
    mineOf(strategy)
      .filter(({ valid }) => valid)
      .map(({ round }) => round);
  const candidateRounds = roundsOf(cell.candidate);
  if (!roundsOf(cell.baseline).some((round) => candidateRounds.includes(round))) {
    return 'no round has a valid trial of both';
  }
  return 'no round has a figure for both, for instance because a server ran on another machine';
}

/** Less is the idle work of a server, spread over the requests. */
const NOTABLE_MICROSECONDS = 0.5;

/** What a request cost outside the application: the half of the bill that is easily overlooked. */
function outsideSentences(cell: Comparison, { summaries, result }: ReportView): string[] {
  const always = tiersOfEveryRun(databaseOf(result.config)).map(({ id }) => id);
  const servers = serversOf(result).filter(({ scope }) => scope !== 'instance');
  const costs = servers.flatMap((tier) => {
    const sides = [cell.candidate, cell.baseline].map((strategy) => {
      const found = summaries.find((known) => isOfCell(known, { ...cell, strategy }));
      return { strategy, estimate: found?.cpuMicrosecondsPerRequest[tier.id] ?? null };
    });
    if (sides.every(({ estimate }) => estimate !== null && estimate.mean < NOTABLE_MICROSECONDS))
      return [];
    // Both sides use the stores, if only at rest; another server may be on one side or none.
    const used = sides.filter(({ estimate }) => always.includes(tier.id) || estimate !== null);
    const name = tier.program ?? inSentence(tier);
    if (used.some(({ estimate }) => estimate === null)) {
      return [`what ${name} spent was not measured`];
    }
    const [first, ...others] = used.map(
      ({ strategy, estimate }) => [formatMean(estimate, formatMicroseconds), strategy] as const,
    );
    if (!first) return [];
    const rest = others.map(([amount, strategy]) => ` and ${amount} µs with ${strategy}`);
    return [`${first[0]} µs in ${name} with ${first[1]}${rest.join('')}`];
  });
  return costs.length > 0
    ? [`Outside the application, a request also cost: ${costs.join('; ')}.`]
    : [];
}
