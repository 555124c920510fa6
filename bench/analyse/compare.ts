/**
 * Trials -> comparisons: every pair of variants, in every scenario, by every metric.
 */

import { validTrialsOf } from '../model/condition.js';
import type { Comparison, Result, Trial, Verdict } from '../model/result-schema.js';
import { isSameScenario, type Scenario, scenarioOf, scenariosOf } from '../model/scenario.js';
import { isControl, variantWith } from '../model/variant.js';
import {
  chanceAboveOne,
  type PooledSpread,
  pooledSpread,
  ratioWithInterval,
} from '../statistics/statistics.js';
import { type Metric, metricsOfPair, verdictsOfPair } from './metrics.js';

type Input = Pick<Result, 'config' | 'strategies' | 'trials'>;

/**
 * The scenarios of one metric and one pair share an estimate of the spread. The simultaneous interval
 * holds for all verdicts on the pair, of every scenario and metric; it is Bonferroni's, the simplest that
 * holds whatever the dependence between them (docs/decisions/004). Where rounds are added until verdicts
 * are sure, each look at them counts as a scenario more.
 */
export function compareStrategies({ config, strategies, trials }: Input): Comparison[] {
  const scenarios = scenariosOf(config);
  const { headline = [] } = config;
  return pairsOf(config.variants, strategies).flatMap(([baseline, candidate]) => {
    const metrics = metricsOfPair(
      [baseline, candidate].map((id) => variantWith(id, config.variants)),
    );
    return metrics.flatMap((metric) => {
      const paired = scenarios.map((scenario) =>
        pairRounds(metric, scenario, baseline, candidate, trials),
      );
      const shared = pooledSpread(
        paired.map((rounds) => rounds.map(({ ratio }) => Math.log(ratio))),
      );
      return scenarios.map((scenario, index) =>
        compareIn({
          ...scenario,
          metric,
          baseline,
          candidate,
          isHeadline: headline.some(
            (chosen) =>
              isSameScenario(chosen, scenario) &&
              chosen.metric === metric.name &&
              chosen.baseline === baseline &&
              chosen.candidate === candidate,
          ),
          rounds: paired[index] as PairedRound[],
          shared,
          verdicts: {
            headline: headline.length,
            others: verdictsOfPair(scenarios.length, metrics.length),
          },
          looks: config.untilSure?.looks ?? 1,
          equivalenceMargin: config.equivalenceMargin,
        }),
      );
    });
  });
}

/** Ids. The control is the baseline of every other variant; among the rest, the one named first. */
function pairsOf(
  variants: Input['config']['variants'],
  strategies: Input['strategies'],
): [baseline: string, candidate: string][] {
  const known = variants.map((variant) => ({
    id: variant.id,
    control: isControl(variant, strategies),
  }));
  const ordered = [
    ...known.filter(({ control }) => !control),
    ...known.filter((each) => each.control),
  ];
  return ordered.flatMap((first, index) =>
    ordered
      .slice(index + 1)
      .map((second): [string, string] =>
        second.control && !first.control ? [second.id, first.id] : [first.id, second.id],
      ),
  );
}

interface PairedRound {
  round: number;
  before: number;
  after: number;
  ratio: number;
}

/** The rounds in which both variants have a valid trial that measured the metric. */
function pairRounds(
  metric: Metric,
  scenario: Scenario,
  baseline: string,
  candidate: string,
  trials: readonly Trial[],
): PairedRound[] {
  const of = (variant: string) => validTrialsOf({ variant, ...scenario }, trials);
  const [before, after] = [of(baseline), of(candidate)];
  const measured = (trials: readonly Trial[], round: number) => {
    const trial = trials.find((known) => known.round === round);
    return trial ? metric.of(trial) : null;
  };
  const rounds = [...new Set(before.map(({ round }) => round))].sort((a, b) => a - b);
  return rounds.flatMap((round) => {
    const [first, second] = [measured(before, round), measured(after, round)];
    return first && second ? [{ round, before: first, after: second, ratio: second / first }] : [];
  });
}

interface ComparisonInput extends Scenario {
  metric: Metric;
  baseline: string;
  candidate: string;
  rounds: PairedRound[];
  shared: PooledSpread | null;
  /** Whether the answer of the run rests on it. */
  isHeadline: boolean;
  /** How many verdicts are to hold together: all that the answer rests on, or all others on the pair. */
  verdicts: { headline: number; others: number };
  /** How often verdicts are passed at most, each time from all rounds so far. */
  looks: number;
  equivalenceMargin: number;
}

function compareIn(input: ComparisonInput): Comparison {
  const { metric, baseline, candidate, rounds, shared, equivalenceMargin } = input;
  const ratios = rounds.map(({ round, ratio }) => ({ round, ratio }));
  const known = {
    ...scenarioOf(input),
    ...{ metric: metric.name, baseline, candidate, ratios, equivalenceMargin },
    ...(input.isHeadline && { family: 'headline' as const }),
  };
  if (rounds.length === 0) {
    return {
      ...known,
      baselineMean: null,
      candidateMean: null,
      ratio: null,
      interval95: null,
      simultaneousInterval: null,
      rounds: 0,
      verdict: 'unsure',
    };
  }
  const values = ratios.map(({ ratio }) => ratio);
  const { mean, interval95 } = ratioWithInterval(values, { shared });
  const intervalFor = (chances: number) =>
    ratioWithInterval(values, { shared, confidence: 1 - 0.05 / chances }).interval95;
  const simultaneousInterval = intervalFor(
    input.verdicts[input.isHeadline ? 'headline' : 'others'] * input.looks,
  );
  return {
    ...known,
    baselineMean: average(rounds.map(({ before }) => before)),
    candidateMean: average(rounds.map(({ after }) => after)),
    ratio: mean,
    interval95,
    simultaneousInterval,
    chanceAbove: chanceAboveOne(values, shared),
    rounds: rounds.length,
    verdict: verdictFor(
      metric.better,
      intervalFor(input.looks),
      simultaneousInterval,
      equivalenceMargin,
    ),
  };
}

function average(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * One word for a ratio with its intervals.
 *
 * - equal: the 95 % interval lies within the equivalence margin, so any difference is too small to matter.
 * - faster, slower: the simultaneous interval, which holds for all comparisons of the table at once,
 *   does not include 1. The plain interval would name a false winner in one comparison of twenty.
 * - unsure: neither. More rounds would tell.
 *
 * @param ratio candidate over baseline
 * @param equivalenceMargin 0.05: within 5 % (between 1/1.05 and 1.05) counts as equal
 */
export function verdictFor(
  better: Metric['better'],
  interval95: readonly [number, number] | null,
  simultaneousInterval: readonly [number, number] | null,
  equivalenceMargin: number,
): Verdict {
  if (!interval95 || !simultaneousInterval) return 'unsure';
  const [low, high] = interval95;
  if (low >= 1 / (1 + equivalenceMargin) && high <= 1 + equivalenceMargin) return 'equal';
  const [lowest, highest] = simultaneousInterval;
  if (lowest > 1) return better === 'higher' ? 'faster' : 'slower';
  if (highest < 1) return better === 'higher' ? 'slower' : 'faster';
  return 'unsure';
}
