/**
 * Whether the law says anything about a series: it is refused where a curve would only look like
 * knowledge.
 */
import type { Series } from './series.js';
import { fitScalabilityLaw, type Point, type ScalabilityLaw } from './usl.js';

/** Three parameters; with as many points again there is something left to judge the fit by. */
const LEAST_POINTS = 6;
/** Rounds repeat a point of the curve; its shape comes from different numbers of instances. */
const LEAST_COUNTS = 4;
/** A difference in Akaike's criterion that leaves the worse model little support (Burnham, Anderson 2002). */
const CLEARLY_WORSE = 7;

export interface Refusal {
  code:
    | 'too-few-points'
    | 'too-few-counts'
    | 'not-converged'
    | 'no-gain'
    | 'peak-below-range'
    | 'worse-than-a-line';
  /** A sentence for a reader who does not know the law. */
  message: string;
}

export type Law = { law: ScalabilityLaw; refusal: null } | { law: null; refusal: Refusal };

/** Points are trials: each number of instances once in each round. */
export function lawOf({ trials, counts }: Pick<Series, 'trials' | 'counts'>): Law {
  const points = trials.map(({ instances, throughputRps }) => ({ instances, throughputRps }));
  const tooFew = tooFewPoints(points, counts);
  if (tooFew) return { law: null, refusal: tooFew };
  const law = fitScalabilityLaw(points);
  const meaningless = meaninglessFit(law, points, counts);
  return meaningless ? { law: null, refusal: meaningless } : { law, refusal: null };
}

function tooFewPoints(points: readonly Point[], counts: readonly number[]): Refusal | null {
  if (counts.length < LEAST_COUNTS) {
    return {
      code: 'too-few-counts',
      message: `The law has three unknowns, and ${counts.length} numbers of instances do not show the shape of a curve. Measure at least ${LEAST_COUNTS}, for instance --instances 1,2,4,8.`,
    };
  }
  if (points.length < LEAST_POINTS) {
    return {
      code: 'too-few-points',
      message: `The law has three unknowns, and ${points.length} valid trials leave too little to judge it by. At least ${LEAST_POINTS} are needed: measure more rounds or more numbers of instances.`,
    };
  }
  return null;
}

function meaninglessFit(
  law: ScalabilityLaw,
  points: readonly Point[],
  counts: readonly number[],
): Refusal | null {
  if (!law.converged) {
    return {
      code: 'not-converged',
      message:
        'No values of its three parameters fit these points better than their neighbours do.',
    };
  }
  if (law.sigma.value >= 1) {
    return {
      code: 'no-gain',
      message:
        'More instances never helped: the law would put the share of work that only one can do at a time at 100 % or more. There is no growth to describe.',
    };
  }
  if (law.peakInstances !== null && law.peakInstances < (counts[0] ?? 1)) {
    return {
      code: 'peak-below-range',
      message:
        'Throughput only falls in the range that was measured, so the rise that the law describes was never seen.',
    };
  }
  if (aicOfLine(points) + CLEARLY_WORSE < aic(law.squares, points.length, law.free)) {
    return {
      code: 'worse-than-a-line',
      message:
        'A plain straight line describes the points clearly better, for instance because twice the instances answered more than twice as much. The law knows no such growth.',
    };
  }
  return null;
}

/**
 * Whether a rise and a plateau describe the points clearly better than the law: it knows no bend, and
 * puts a peak where there is a plateau.
 */
export function bendsSharply(law: ScalabilityLaw, knee: { squares: number } | null): boolean {
  if (!knee) return false;
  return aic(knee.squares, law.points, 2) + CLEARLY_WORSE < aic(law.squares, law.points, law.free);
}

/** Akaike's criterion with the correction for few points; a spread below 0.01 % is no spread. */
function aic(squares: number, points: number, free: number): number {
  const parameters = free + 1;
  const correction = (2 * parameters * (parameters + 1)) / (points - parameters - 1);
  return points * Math.log(Math.max(squares / points, 1e-8)) + 2 * parameters + correction;
}

/** A straight line that need not pass through the origin, fitted with the same relative errors. */
function aicOfLine(points: readonly Point[]): number {
  const sums = { w: 0, x: 0, y: 0, xx: 0, xy: 0 };
  for (const { instances: x, throughputRps: y } of points) {
    const w = 1 / y ** 2;
    sums.w += w;
    sums.x += w * x;
    sums.y += w * y;
    sums.xx += w * x * x;
    sums.xy += w * x * y;
  }
  const slope = (sums.w * sums.xy - sums.x * sums.y) / (sums.w * sums.xx - sums.x ** 2);
  const offset = (sums.y - slope * sums.x) / sums.w;
  const squares = points.reduce(
    (sum, { instances, throughputRps }) =>
      sum + ((throughputRps - offset - slope * instances) / throughputRps) ** 2,
    0,
  );
  return aic(squares, points.length, 2);
}
