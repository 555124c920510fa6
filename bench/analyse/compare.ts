/**
 * Trials -> comparisons: every pair of strategies, in every cell, by every metric.
 */
import type { Comparison, Result, Trial } from '../result/schema.js';
import { armNames, strategyOfArm } from './arms.js';
import { METRICS, type Metric } from './metrics.js';
import { ratioWithInterval } from './statistics.js';
import { verdictFor } from './verdict.js';

type Input = Pick<Result, 'config' | 'strategies' | 'trials'>;

/**
 * The family of a verdict is the cells (workload x instances) of one metric and one pair; its
 * interval is Bonferroni's, the simplest that holds whatever the dependence between cells.
 */
export function compareStrategies({ config, strategies, trials }: Input): Comparison[] {
  const arms = armNames(config.strategies);
  const cells = cellsOf(config);
  const comparisons: Comparison[] = [];
  for (const [baseline, candidate] of pairsOf(arms, strategies)) {
    for (const metric of METRICS) {
      for (const cell of cells) {
        const inCell = trials.filter(
          (trial) => trial.workload === cell.workload && trial.instances === cell.instances,
        );
        comparisons.push(
          compareCell(metric, cell, baseline, candidate, inCell, cells.length, config.horizon),
        );
      }
    }
  }
  return comparisons;
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

function compareCell(
  metric: Metric,
  cell: Cell,
  baseline: string,
  candidate: string,
  inCell: Trial[],
  familySize: number,
  horizon: number,
): Comparison {
  const measured = (strategy: string, round: number) => {
    const trial = inCell.find(
      (known) => known.valid && known.strategy === strategy && known.round === round,
    );
    return trial ? metric.of(trial) : null;
  };
  const rounds = [...new Set(inCell.map((trial) => trial.round))].sort((a, b) => a - b);
  const paired = rounds.flatMap((round) => {
    const before = measured(baseline, round);
    const after = measured(candidate, round);
    return before && after ? [{ round, before, after, ratio: after / before }] : [];
  });
  const ratios = paired.map(({ round, ratio }) => ({ round, ratio }));
  const base = { ...cell, metric: metric.name, baseline, candidate, ratios, horizon };
  if (paired.length === 0) {
    return {
      ...base,
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
  const { mean, interval95 } = ratioWithInterval(values);
  const familyInterval = ratioWithInterval(values, 1 - 0.05 / familySize).interval95;
  return {
    ...base,
    baselineMean: average(paired.map(({ before }) => before)),
    candidateMean: average(paired.map(({ after }) => after)),
    ratio: mean,
    interval95,
    familyInterval,
    rounds: paired.length,
    verdict: verdictFor(metric.better, interval95, familyInterval, horizon),
  };
}

function average(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
