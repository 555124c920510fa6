/** Rounds of measured costs become the figures that the limits are held against. Pure. */

import { median } from '../../statistics/quantile.js';
import { type Estimate, meanWithInterval, ratioWithInterval } from '../../statistics/statistics.js';
import { type Limit, OUR_CONTROL, TUTORIAL_CONTROL } from './tested-programs.js';

/** CPU microseconds per request, by name of the program. */
export type Round = Readonly<Record<string, number>>;

/** The median over the windows of each program. */
export function cpuOfRound(
  windows: ReadonlyMap<string, readonly { cpuSeconds: number; requests: number }[]>,
): Round {
  return Object.fromEntries(
    [...windows].map(([program, costs]) => [
      program,
      median(costs.map(({ cpuSeconds, requests }) => (cpuSeconds * 1e6) / requests)),
    ]),
  );
}

export type LimitVerdict = 'met' | 'met, not surely' | 'missed, not surely' | 'missed';

export interface Comparison {
  limit: Limit;
  /** Microseconds above the control of the same round. */
  oursAboveControl: Estimate;
  tutorialAboveControl: Estimate;
  /** Ours above our control over the tutorial form's above its own: what the limit speaks of. */
  ratio: Estimate;
  /** Ours above the tutorial's control instead: then our own app's basic cost counts against us. */
  ratioAboveTutorialControl: Estimate;
  /** The whole request, nothing taken off. */
  ratioWholeRequest: Estimate;
  verdict: LimitVerdict;
}

export function compareCosts(limit: Limit, rounds: readonly Round[]): Comparison {
  const ours = rounds.map((round) => costOf(round, limit.strategy));
  const tutorial = rounds.map((round) => costOf(round, limit.tutorial));
  const oursAbove = above(rounds, ours, OUR_CONTROL);
  const tutorialAbove = above(rounds, tutorial, TUTORIAL_CONTROL);
  const oursAboveTutorialControl = above(rounds, ours, TUTORIAL_CONTROL);
  const ratio = differenceRatio(oursAbove, tutorialAbove);
  return {
    limit,
    oursAboveControl: meanWithInterval(oursAbove),
    tutorialAboveControl: meanWithInterval(tutorialAbove),
    ratio,
    ratioAboveTutorialControl: differenceRatio(oursAboveTutorialControl, tutorialAbove),
    ratioWholeRequest: ratioWithInterval(divide(ours, tutorial)),
    verdict: judgeLimit(ratio, limit.atMost),
  };
}

/** "Surely" means that the whole interval lies on that side of the limit. */
function judgeLimit({ mean, interval95 }: Estimate, atMost: number): LimitVerdict {
  const [low, high] = interval95 ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  if (mean <= atMost) return high <= atMost ? 'met' : 'met, not surely';
  return low > atMost ? 'missed' : 'missed, not surely';
}

/**
 * Mean of the ratios within rounds with its t interval. Not on logarithms, as other ratios of the lab:
 * a difference to a control may be nothing, or by noise less.
 *
 * @throws RangeError when the divisor of a round is not positive: then nothing was measured
 */
function differenceRatio(ours: readonly number[], theirs: readonly number[]): Estimate {
  if (theirs.some((value) => !(value > 0))) {
    throw new RangeError(
      'a tutorial form cost no more than its control: the machine was disturbed',
    );
  }
  return meanWithInterval(divide(ours, theirs));
}

function divide(upper: readonly number[], lower: readonly number[]): number[] {
  return upper.map((value, index) => value / (lower[index] as number));
}

function above(rounds: readonly Round[], costs: readonly number[], control: string): number[] {
  return rounds.map((round, index) => (costs[index] as number) - costOf(round, control));
}

function costOf(round: Round, program: string): number {
  const cost = round[program];
  if (cost === undefined) throw new RangeError(`a round lacks ${program}`);
  return cost;
}
