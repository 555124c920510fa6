/**
 * One sentence, or a few, for each scenario and metric of a pair.
 */
import { isSameCondition, trialsOf } from '../../model/condition.js';
import type { Comparison, Trial } from '../../model/result-schema.js';
import { isSameScenario, withInstances } from '../../model/scenario.js';
import { inSentence } from '../../model/tiers.js';
import { tiersExpected } from '../../model/tiers-of-run.js';
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
import { intervalOf, isProbable, sentenceOf, unitOf, wordingOf } from '../wording.js';
import { type Finding, finding } from './finding.js';
import { moreRoundsSentence } from './more-rounds.js';
import { leavesRoundsOut, SHARED_ROUNDS } from './shared-rounds.js';

export function comparisonFindings(view: ReportView): Finding[] {
  const pairs = view.mainPairs.length > 0 ? view.mainPairs : view.controlPairs;
  return pairs.flatMap((pair) => [
    ...missingScenarios(pair).map((missing) => missingFinding(missing, view.result.trials)),
    ...pair.comparisons
      .filter((each) => !missingScenarios(pair).some((missing) => isSameScenario(missing, each)))
      .map((each) => findingOf(each, pair, view)),
  ]);
}

function findingOf(comparison: Comparison, pair: Pair, view: ReportView): Finding {
  const sentences = [comparisonSentence(comparison, pair, view.result.trials)];
  if (comparison.verdict === 'unsure')
    sentences.push(...moreRoundsSentence(comparison, pair, view.result));
  if (comparison.metric === 'cpu.application' && comparison.rounds > 0) {
    sentences.push(...outsideSentences(comparison, view));
  }
  const { workload, instances, metric, verdict } = comparison;
  return finding('comparison', sentences.join(' '), { workload, instances, metric, verdict });
}

/** One comparison for each scenario in which no metric has a round: said once, not for each metric. */
function missingScenarios({ comparisons }: Pair): Comparison[] {
  return comparisons.filter((each, index) => {
    const here = comparisons.filter((other) => isSameScenario(other, each));
    return (
      here.every(({ rounds }) => rounds === 0) && comparisons.indexOf(here[0] ?? each) === index
    );
  });
}

function missingFinding(comparison: Comparison, trials: Trial[]): Finding {
  const { workload, instances } = comparison;
  return finding(
    'comparison',
    `No verdict ${placeOf(comparison)}: ${whyMissing(comparison, trials)}.`,
    {
      workload,
      instances,
      verdict: 'unsure',
    },
  );
}

function placeOf(comparison: Comparison): string {
  return `on ${code(comparison.workload)}${withInstances(comparison)}`;
}

/** "On `me` with 1 instance, jwt answered 12 % more requests per second than session (95 % …)." */
function comparisonSentence(comparison: Comparison, pair: Pair, trials: Trial[]): string {
  const where = placeOf(comparison);
  if (comparison.ratio === null || comparison.rounds === 0) {
    return `No verdict ${where} (${wordingOf(comparison.metric).heading}): ${whyMissing(comparison, trials)}.`;
  }
  const change = sentenceOf(
    comparison.metric,
    comparison.ratio,
    comparison.baseline,
    comparison.candidate,
  );
  const amounts = `${amountsOf(comparison)}${leavesRoundsOut(comparison, trials) ? ` ${SHARED_ROUNDS}` : ''}`;
  if (!comparison.interval95) {
    return `No verdict ${where}: in the one round ${whyOne(comparison, trials)}, ${change} (${amounts}). One round has no interval, so this may be chance.`;
  }
  const interval = `95 % interval ${intervalOf(comparison.metric, comparison.interval95)}, ${countOf(comparison.rounds, 'round')}; ${amounts}`;
  const sentences: Record<Comparison['verdict'], string> = {
    faster: `On${where.slice(2)}, ${change} (${interval}).`,
    slower: `On${where.slice(2)}, ${change} (${interval}).`,
    equal: `On${where.slice(2)}, ${comparison.baseline} and ${comparison.candidate} are equal within ${formatPercentPoints(comparison.equivalenceMargin * 100)} %: ${change} (${interval}).`,
    unsure: `${isProbable(comparison) ? 'Probable, not proven,' : 'This run cannot tell'} ${where}: ${change} (${interval}), ${whyUnsure(comparison, pair)}.`,
  };
  return sentences[comparison.verdict];
}

/** Others may have been measured, and left out. */
function whyOne(comparison: Comparison, trials: Trial[]): string {
  const { baseline, candidate } = comparison;
  const here = trials.filter(
    (trial) => [baseline, candidate].includes(trial.variant) && isSameScenario(trial, comparison),
  );
  const rounds = new Set(here.map(({ round }) => round)).size;
  return rounds === 1 ? 'measured' : 'that counts for both';
}

/** "3,400 against 3,040 requests/s" */
function amountsOf({ metric, baselineMean, candidateMean }: Comparison): string {
  if (baselineMean === null || candidateMean === null) return 'means unknown';
  const unit = unitOf(metric);
  const format = unit === 'µs' ? formatMicroseconds : formatNumber;
  return `${format(candidateMean)} against ${format(baselineMean)} ${unit}`;
}

function whyUnsure({ metric, interval95, simultaneousInterval }: Comparison, pair: Pair): string {
  const [low, high] = interval95 ?? [0, Number.POSITIVE_INFINITY];
  if (low <= 1 && high >= 1) return 'and the interval includes no difference at all';
  const all = pair.comparisons.length;
  const range = simultaneousInterval ? ` (${intervalOf(metric, simultaneousInterval)})` : '';
  return `but the simultaneous interval${range} that has to hold for all ${countOf(all, 'comparison')} of the two at once includes no difference`;
}

function whyMissing(comparison: Comparison, trials: Trial[]): string {
  const mineOf = (variant: string) => trialsOf({ ...comparison, variant }, trials);
  const reasons = [comparison.baseline, comparison.candidate].flatMap((variant) => {
    const mine = mineOf(variant);
    if (mine.length === 0) return [`${variant} was not measured`];
    if (mine.every(({ valid }) => !valid)) {
      return [`no trial of ${variant} is valid (${countOf(mine.length, 'trial')})`];
    }
    return [];
  });
  if (
    reasons.length === 2 &&
    mineOf(comparison.baseline).length + mineOf(comparison.candidate).length === 0
  ) {
    return `neither ${comparison.baseline} nor ${comparison.candidate} was measured`;
  }
  if (reasons.length > 0) return listOf(reasons);
  const roundsOf = (variant: string) =>
    mineOf(variant)
      .filter(({ valid }) => valid)
      .map(({ round }) => round);
  const candidateRounds = roundsOf(comparison.candidate);
  if (!roundsOf(comparison.baseline).some((round) => candidateRounds.includes(round))) {
    return 'no round has a valid trial of both';
  }
  return 'no round has a figure for both, for instance because a server ran on another machine';
}

/** Less is the idle work of a server, spread over the requests. */
const NOTABLE_MICROSECONDS = 0.5;

/** What a request cost outside the application: the half of the bill that is easily overlooked. */
function outsideSentences(comparison: Comparison, { summaries, result }: ReportView): string[] {
  const always = tiersExpected(result.config).map(({ id }) => id);
  // What a target asks besides, nobody told the lab.
  if (comparison.topology === 'target') return [];
  const servers = serversOf(result).filter(({ scope }) => scope !== 'instance');
  const costs = servers.flatMap((tier) => {
    const both = [comparison.candidate, comparison.baseline].map((variant) => {
      const found = summaries.find((known) => isSameCondition(known, { ...comparison, variant }));
      return { variant, estimate: found?.cpuMicrosecondsPerRequest[tier.id] ?? null };
    });
    if (both.every(({ estimate }) => estimate !== null && estimate.mean < NOTABLE_MICROSECONDS))
      return [];
    // Both use the stores, if only at rest; another server may be there for one of them or none.
    const used = both.filter(({ estimate }) => always.includes(tier.id) || estimate !== null);
    const name = tier.program ?? inSentence(tier);
    if (used.some(({ estimate }) => estimate === null)) {
      return [`what ${name} spent was not measured`];
    }
    const [first, ...others] = used.map(
      ({ variant, estimate }) => [formatMean(estimate, formatMicroseconds), variant] as const,
    );
    if (!first) return [];
    const rest = others.map(([amount, variant]) => ` and ${amount} µs with ${variant}`);
    return [`${first[0]} µs in ${name} with ${first[1]}${rest.join('')}`];
  });
  return costs.length > 0
    ? [`Outside the application, a request also cost: ${costs.join('; ')}.`]
    : [];
}
