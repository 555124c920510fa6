/**
 * The Universal Scalability Law: how throughput grows with the number of instances N,
 *
 *   X(N) = lambda N / (1 + sigma (N - 1) + kappa N (N - 1)).
 *
 * lambda is what one instance does alone, sigma the share of the work that only one can do at a time
 * (waiting for what is shared), kappa the cost of keeping each pair of them in step (exchange, cold
 * caches). With kappa above 0 there is a peak at N = sqrt((1 - sigma) / kappa).
 *
 * Sources: Gunther, "A Simple Capacity Model of Massively Parallel Transaction Systems", CMG (1993);
 * Gunther, "Guerrilla Capacity Planning" (2007), chapters 4 to 6.
 */
import tQuantile from '@stdlib/stats-base-dists-t-quantile';
import { levenbergMarquardt } from 'ml-levenberg-marquardt';
import { inverse, Matrix } from 'ml-matrix';

export interface Point {
  instances: number;
  throughputRps: number;
}

export interface Parameter {
  value: number;
  /** null where it was held at its bound of 0. */
  standardError: number | null;
  interval95: [number, number];
}

export interface ScalabilityLaw {
  /** Requests per second of one instance. */
  lambda: Parameter;
  /** Contention, 0 to 1. */
  sigma: Parameter;
  /** Coherency. */
  kappa: Parameter;
  /** Share of the spread of the throughput that the law explains. */
  rSquared: number;
  /** null: it never falls. */
  peakInstances: number | null;
  points: number;
  /** Sum of the squares of the logarithmic residuals. */
  squares: number;
  /** How many parameters were free. */
  free: number;
  converged: boolean;
  /** The curve with its 95 % interval, at any number of instances. */
  at(instances: number): { throughputRps: number; interval95: [number, number] };
}

/**
 * Least squares on the logarithm of throughput: errors of trials are shares of what was measured, so
 * each point counts by its relative error.
 *
 * Parameters are not negative. Stopping an iteration at a bound can leave the others away from
 * their best, so every combination of parameters held at 0 is fitted, and the best one is kept.
 * Intervals come from the Jacobian at the optimum (delta method). For a parameter at its bound that
 * is an approximation: it counts as known.
 *
 * @param points of at least as many numbers of instances as there are parameters, see `fitScaling`
 */
export function fitScalabilityLaw(points: readonly Point[]): ScalabilityLaw {
  const scale = Math.max(
    ...points.map(({ instances, throughputRps }) => throughputRps / instances),
  );
  const fits = [
    fitFace(points, scale, true, true),
    fitFace(points, scale, true, false),
    fitFace(points, scale, false, true),
    fitFace(points, scale, false, false),
  ].filter((fit) => fit !== null);
  // Of equal fits the one with fewer parameters, which comes last.
  const best = fits.reduce((a, b) => (b.squares <= a.squares * (1 + 1e-9) ? b : a));
  return describe(points, best);
}

interface Fit {
  values: readonly [lambda: number, sigma: number, kappa: number];
  free: readonly boolean[];
  squares: number;
  converged: boolean;
}

/** @returns null where a free parameter ended at its bound: another face has that point */
function fitFace(
  points: readonly Point[],
  scale: number,
  sigmaFree: boolean,
  kappaFree: boolean,
): Fit | null {
  const free = [true, sigmaFree, kappaFree];
  const unpack = (parameters: readonly number[]): Fit['values'] => {
    const [first = 0, second = 0, third = 0] = parameters;
    return [first * scale, sigmaFree ? second : 0, kappaFree ? (sigmaFree ? third : second) : 0];
  };
  const start = [1, ...(sigmaFree ? [0.1] : []), ...(kappaFree ? [0.001] : [])];
  const { parameterValues } = levenbergMarquardt(
    {
      x: points.map(({ instances }) => instances),
      y: points.map(({ throughputRps }) => Math.log(throughputRps)),
    },
    (parameters) => (instances) => Math.log(curve(unpack(parameters), instances)),
    {
      initialValues: start,
      minValues: start.map((_, index) => (index === 0 ? 1e-6 : 0)),
      jacobianFunction: (parameters) => (instances) =>
        partials(unpack(parameters), free, instances).map((value, index) =>
          index === 0 ? value * scale : value,
        ),
      errorTolerance: 1e-15,
      maxIterations: 300,
    },
  );
  const values = unpack(parameterValues);
  const atBound = (sigmaFree && values[1] <= 1e-9) || (kappaFree && values[2] <= 1e-12);
  if (atBound) return null;
  const residuals = residualsOf(points, values);
  const squares = residuals.reduce((sum, residual) => sum + residual ** 2, 0);
  return { values, free, squares, converged: isStationary(points, values, free, residuals) };
}

/** At an optimum the residuals are at right angles to every column of the Jacobian. */
function isStationary(
  points: readonly Point[],
  values: Fit['values'],
  free: readonly boolean[],
  residuals: readonly number[],
): boolean {
  const norm = Math.hypot(...residuals);
  if (!Number.isFinite(norm)) return false;
  if (norm < 1e-6) return true;
  const rows = points.map(({ instances }) => partials(values, free, instances));
  return (rows[0] ?? []).every((_, column) => {
    const entries = rows.map((row) => row[column] ?? 0);
    const product = entries.reduce((sum, entry, row) => sum + entry * (residuals[row] ?? 0), 0);
    return Math.abs(product) <= 1e-3 * norm * Math.hypot(...entries);
  });
}

function curve([lambda, sigma, kappa]: Fit['values'], n: number): number {
  return (lambda * n) / (1 + sigma * (n - 1) + kappa * n * (n - 1));
}

/** Of ln X(N), by the free parameters. */
function partials([lambda, sigma, kappa]: Fit['values'], free: readonly boolean[], n: number) {
  const denominator = 1 + sigma * (n - 1) + kappa * n * (n - 1);
  const all = [1 / lambda, -(n - 1) / denominator, (-n * (n - 1)) / denominator];
  return all.filter((_, index) => free[index]);
}

function residualsOf(points: readonly Point[], values: Fit['values']): number[] {
  return points.map(
    ({ instances, throughputRps }) => Math.log(throughputRps) - Math.log(curve(values, instances)),
  );
}

function describe(points: readonly Point[], { values, free, squares, converged }: Fit) {
  const count = free.filter(Boolean).length;
  const degrees = points.length - count;
  const variance = squares / degrees;
  const jacobian = new Matrix(points.map(({ instances }) => partials(values, free, instances)));
  const covariance = inverse(jacobian.transpose().mmul(jacobian)).mul(variance);
  const t = tQuantile(0.975, degrees);
  const parameter = (index: number): Parameter => {
    const value = values[index] ?? 0;
    if (!free[index]) return { value, standardError: null, interval95: [value, value] };
    const column = free.slice(0, index).filter(Boolean).length;
    const standardError = Math.sqrt(covariance.get(column, column));
    const half = t * standardError;
    return { value, standardError, interval95: [Math.max(0, value - half), value + half] };
  };
  const [, sigma, kappa] = values;
  const at = (instances: number): ReturnType<ScalabilityLaw['at']> => {
    const gradient = new Matrix([partials(values, free, instances)]);
    const relative = Math.sqrt(gradient.mmul(covariance).mmul(gradient.transpose()).get(0, 0));
    const throughputRps = curve(values, instances);
    const factor = Math.exp(t * relative);
    return { throughputRps, interval95: [throughputRps / factor, throughputRps * factor] };
  };
  return {
    lambda: parameter(0),
    sigma: parameter(1),
    kappa: parameter(2),
    rSquared: rSquaredOf(points, values),
    peakInstances: kappa > 0 && sigma < 1 ? Math.sqrt((1 - sigma) / kappa) : null,
    points: points.length,
    squares,
    free: count,
    converged,
    at,
  };
}

function rSquaredOf(points: readonly Point[], values: Fit['values']): number {
  const mean = points.reduce((sum, point) => sum + point.throughputRps, 0) / points.length;
  const total = points.reduce((sum, point) => sum + (point.throughputRps - mean) ** 2, 0);
  const left = points.reduce(
    (sum, point) => sum + (point.throughputRps - curve(values, point.instances)) ** 2,
    0,
  );
  return total > 0 ? 1 - left / total : 0;
}
