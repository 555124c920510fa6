/**
 * Trials -> comparisons: every pair of strategies, in every cell, by every metric.
 */

import { armNames, strategyOfArm } from '../model/arms.js';
import type { Comparison, Result, Trial } from '../model/result-schema.js';
import { type PooledSpread, pooledSpread, ratioWithInterval } from '../statistics/statistics.js';
import { METRICS, type Metric, verdictsOfPair } from './metrics.js';
import { verdictFor } from './verdict.js';

type Input = Pick<Result, 'config' | 'strategies' | 'trials'>;

/**
 * The cells (workload x instances) of one metric and one pair share an estimate of the spread. The
 * family of a verdict is all verdicts on the pair, of every cell and metric; its interval is
 * Bonferroni's, the simplest that holds whatever the dependence between them (docs/decisions/004).
 * Where rounds are added until verdicts are sure, each look at them counts as a cell more.
 */
export function compareStrategies({ config, strategies, trials }: Input): Comparison[] {
  const arms = armNames(config.strategies);
  const cells = cellsOf(config);
  return pairsOf(arms, strategies).flatMap(([baseline, candidate]) =>
    METRICS.flatMap((metric) => {
      const paired = cells.map((cell) => pairRounds(metric, cell, baseline, candidate, trials));
      const shared = pooledSpread(
        paired.map((rounds) => rounds.map(({ ratio }) => Math.log(ratio))),
      );
      return cells.map((cell, index) =>
        compareCell({
          ...cell,
          metric,
          baseline,
          candidate,
          rounds: paired[index] as PairedRound[],
          shared,
          familySize: verdictsOfPair(cells.length),
          looks: config.untilSure?.looks ?? 1,
          horizon: config.horizon,
        }),
      );
    }),
  );
}

interface Cell {
  workload: string;
  instances: number;
}

function cellsOf({ workloads, instances }: Input['config']): Cell[] {
  return workloads.flatMap((workload) =>
    instances.map((count) => ({ workload, instances: count })),
  );
}

/** The control is the baseline of every other arm; among the rest, the one named first. */
function pairsOf(arms: string[], strategies: Input['strategies']): [string, string][] {
  const isControl = (arm: string) =>
    strategies.some((known) => known.name === strategyOfArm(arm) && known.control);
  const ordered = [...arms.filter((arm) => !isControl(arm)), ...arms.filter(isControl)];
  const pairs: [string, string][] = [];
  ordered.forEach((first, index) => {
    for (const second of ordered.slice(index + 1)) {
      pairs.push(isControl(second) && !isControl(first) ? [second, first] : [first, second]);
    }
  });
  return pairs;
}

interface PairedRound {
  round: number;
  before: number;
  after: number;
  ratio: number;
}

/** The rounds in which both sides have a valid trial that measured the metric. */
function pairRounds(
  metric: Metric,
  cell: Cell,
  baseline: string,
  candidate: string,
  trials: readonly Trial[],
): PairedRound[] {
  const inCell = trials.filter(
    (trial) =>
      trial.valid && trial.workload === cell.workload && trial.instances === cell.instances,
  );
  const measured = (strategy: string, round: number) => {
    const trial = inCell.find((known) => known.strategy === strategy && known.round === round);
    return trial ? metric.of(trial) : null;
  };
  const rounds = [...new Set(inCell.map((trial) => trial.round))].sort((a, b) => a - b);
  return rounds.flatMap((round) => {
    const before = measured(baseline, round);
    const after = measured(candidate, round);
    return before && after ? [{ round, before, after, ratio: after / before }] : [];
  });
}

interface CellInput extends Cell {
  metric: Metric;
  baseline: string;
  candidate: string;
  rounds: PairedRound[];
  shared: PooledSpread | null;
  familySize: number;
  /** How often verdicts are passed at most, each time from all rounds so far. */
  looks: number;
  horizon: number;
}

function compareCell(input: CellInput): Comparison {
  const { workload, instances, metric, baseline, candidate, rounds, shared, horizon } = input;
  const ratios = rounds.map(({ round, ratio }) => ({ round, ratio }));
  const known = { workload, instances, metric: metric.name, baseline, candidate, ratios, horizon };
  if (rounds.length === 0) {
    return {
      ...known,
      baselineMean: null,
      candidateMean: null,
      ratio: null,
      interval95: null,
      familyInterval: null,
      rounds: 0,
      verdict: 'unsure',
    };
  }
  const values = ratios.map(({ ratio }) => ratio);
  const { mean, interval95 } = ratioWithInterval(values, { shared });
  const intervalFor = (chances: number) =>
    ratioWithInterval(values, { shared, confidence: 1 - 0.05 / chances }).interval95;
  const familyInterval = intervalFor(input.familySize * input.looks);
  return {
    ...known,
    baselineMean: average(rounds.map(({ before }) => before)),
    candidateMean: average(rounds.map(({ after }) => after)),
    ratio: mean,
    interval95,
    familyInterval,
    rounds: rounds.length,
    verdict: verdictFor(metric.better, intervalFor(input.looks), familyInterval, horizon),
  };
}

function average(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
