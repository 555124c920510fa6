/**
 * What more servers would bring, from what a request costs on one: for machines on which nothing can be held to
 * a share of a core. A tier with so many cores answers cores / demand requests per second (the utilisation law,
 * Denning and Buzen, 1978), and a service as many as its narrowest tier. Servers and Redis have sizes here, as they
 * have where they are held; the other tiers do not limit. It is an upper bound: what
 * a request costs on a server with a whole core may be less than it costs on a small one.
 */
import { type Condition, validTrialsOf } from '../../model/condition.js';
import type { Result } from '../../model/result-schema.js';
import { BOTH, type Crossing, type Growth, stretchesOf } from './scale-answer.js';

/** Cores of each server, and of Redis. */
export interface Sizes {
  instanceCores: number;
  redisCores: number;
}

export interface CalculatedCurve {
  variant: string;
  points: readonly { instances: number; rps: number }[];
  growth: Growth;
}

/**
 * @param plan with trials of one instance
 * @param variants ids
 * @param counts numbers of servers, rising
 * @returns of each variant that has a valid trial
 */
export function calculateCurves(
  plan: Pick<Result, 'config' | 'trials'>,
  variants: readonly string[],
  counts: readonly number[],
  { instanceCores, redisCores }: Sizes,
): CalculatedCurve[] {
  const workload = plan.config.workloads[0] ?? '';
  return variants.flatMap((variant) => {
    const condition: Condition = { variant, workload, instances: 1, topology: 'direct' };
    const demandOf = (tier: string) =>
      meanOf(
        validTrialsOf(condition, plan.trials).flatMap(
          ({ cpuMicrosecondsPerRequest: cost }) => cost[tier] ?? [],
        ),
      );
    const [application, redis] = [demandOf('application'), demandOf('redis')];
    if (!application) return [];
    const each = (instanceCores * 1e6) / application;
    const shared = redis ? (redisCores * 1e6) / redis : Number.POSITIVE_INFINITY;
    const most = counts.at(-1) ?? 1;
    const knee = shared / each;
    return [
      {
        variant,
        points: counts.map((instances) => ({ instances, rps: Math.min(instances * each, shared) })),
        growth: {
          ...{ variant, most, times: Math.min(most * each, shared) / Math.min(each, shared) },
          ...(knee < most
            ? { knee, full: 'redis', seen: false }
            : { knee: null, full: null, seen: false }),
        },
      },
    ];
  });
}

/**
 * Who would answer more requests, of the first variant and each other one.
 *
 * @param margin 0.05: within 5 % they answer as many
 */
export function crossingsOf(curves: readonly CalculatedCurve[], margin: number): Crossing[] {
  const [first, ...others] = curves;
  if (!first) return [];
  const baseline = first.variant;
  return others.map(({ variant: candidate, points }) => ({
    ...{ baseline, candidate },
    stretches: stretchesOf(
      points.map(({ instances, rps }, index) => {
        const ratio = rps / (first.points[index]?.rps ?? rps);
        const isEqual = Math.max(ratio, 1 / ratio) <= 1 + margin;
        return { instances, ahead: isEqual ? BOTH : ratio > 1 ? candidate : baseline };
      }),
    ),
  }));
}

function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
