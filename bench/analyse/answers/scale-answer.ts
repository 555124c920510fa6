/** What happens when servers are added? From the curves over instances of one size. */
import type { Result } from '../../model/result-schema.js';
import type { Scaling } from '../scaling/analyse-scaling.js';
import { type Claim, claimOf } from './claim.js';

/** Where a variant stops growing, and what is full there. */
export interface Growth {
  variant: string;
  /** The most servers that were measured, or calculated. */
  most: number;
  /** Throughput at the most over that of one server. */
  times: number | null;
  /** The number of servers from which more add nothing; null: it grew up to the most. */
  knee: number | null;
  /** The id of what is full then: a tier, "machine"; null: nothing that was measured, or no knee. */
  full: string | null;
  /** Whether the curve itself shows the bend, and not the demands alone. */
  seen: boolean;
}

export interface ScaleAnswer {
  workload: string;
  /** The numbers of servers, rising. */
  counts: readonly number[];
  growths: readonly Growth[];
  /** At each number of servers, of every other variant against the first. */
  claims: readonly Claim[];
  /** Of each other variant against the first. */
  crossings: readonly Crossing[];
}

/** Who answers more requests, from the fewest servers to the most. */
export interface Crossing {
  baseline: string;
  candidate: string;
  /** Neighbouring numbers of servers with the same answer, in order. */
  stretches: readonly Stretch[];
}

export interface Stretch {
  from: number;
  to: number;
  /** A variant; "both": they answer as many; null: the run cannot tell. */
  ahead: string | null;
}

export const BOTH = 'both';

/** Of the growth of one server: less is a plateau whatever the analysis of the curve says. */
const STILL_GROWS = 0.5;

/**
 * @param plan of that question
 * @returns null without a curve
 */
export function answerScale(
  plan: Pick<Result, 'comparisons' | 'config' | 'trials'>,
  scalings: readonly Scaling[],
): ScaleAnswer | null {
  const workload = plan.config.workloads[0] ?? '';
  const here = scalings.filter((scaling) => scaling.workload === workload);
  if (here.length === 0) return null;
  const claims = plan.comparisons
    .filter(({ family, ...of }) => family === 'headline' && of.workload === workload)
    .flatMap((comparison) => claimOf(comparison) ?? [])
    .sort((a, b) => a.instances - b.instances);
  const candidates = [...new Set(claims.map(({ candidate }) => candidate))];
  return {
    workload,
    counts: [...new Set(here.flatMap(({ counts }) => counts))].sort((a, b) => a - b),
    growths: here.map((scaling) => growthOf(scaling, plan)),
    claims,
    crossings: candidates.map((candidate) =>
      crossingOf(claims.filter((claim) => claim.candidate === candidate)),
    ),
  };
}

/** One rule for every place that says where a variant stops growing. */
export function growthOf(
  { variant, counts, predictedKnee, measuredKnee, workload }: Scaling,
  { trials }: Pick<Result, 'trials'>,
): Growth {
  const [fewest = 1, most = 1] = [counts[0], counts.at(-1)];
  const meanAt = (instances: number): number | null => {
    const rates = trials
      .filter((trial) => trial.valid && trial.variant === variant && trial.workload === workload)
      .filter((trial) => trial.instances === instances)
      .map(({ throughputRps }) => throughputRps);
    return rates.length === 0 ? null : rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  };
  const [first, last] = [meanAt(fewest), meanAt(most)];
  const times = first && last ? last / first : null;
  const growsOn = times !== null && times / (most / fewest) > STILL_GROWS;
  const [limit] = predictedKnee?.limits ?? [];
  const within = limit && limit.instances < most ? limit : null;
  const none = { variant, most, times, knee: null, full: null, seen: false };
  if (growsOn) return none;
  if (measuredKnee && measuredKnee.instances < most) {
    return { ...none, knee: measuredKnee.instances, full: within?.limit ?? null, seen: true };
  }
  if (within) return { ...none, knee: within.instances, full: within.limit };
  return none;
}

function crossingOf(claims: readonly Claim[]): Crossing {
  const [{ baseline, candidate }] = claims as [Claim];
  const steps = claims.map((claim) => ({ instances: claim.instances, ahead: aheadIn(claim) }));
  return { baseline, candidate, stretches: stretchesOf(steps) };
}

/** @param steps numbers of servers, rising */
export function stretchesOf(
  steps: readonly { instances: number; ahead: string | null }[],
): Stretch[] {
  const stretches: Stretch[] = [];
  for (const { instances, ahead } of steps) {
    const last = stretches.at(-1);
    if (last && last.ahead === ahead) stretches[stretches.length - 1] = { ...last, to: instances };
    else stretches.push({ from: instances, to: instances, ahead });
  }
  return stretches;
}

function aheadIn({ relation, certainty, baseline, candidate }: Claim): string | null {
  if (certainty === 'cannot-tell') return null;
  if (relation === 'same') return BOTH;
  return relation === 'more' ? candidate : baseline;
}
