/**
 * Service-level objectives as a command line writes them: "p99=50ms", "p50=5ms,p99=0.2s,errors=0.1%".
 */
import type { OptionKind } from './options.js';

const PERCENTILES = ['p50', 'p90', 'p95', 'p99', 'p999', 'mean'] as const;

export type Percentile = (typeof PERCENTILES)[number];

/** The response time that must not be exceeded at a percentile, or in the mean. */
export interface Objective {
  percentile: Percentile;
  milliseconds: number;
  /** Highest share of requests that may fail, 0 to 1; the same in every objective of a list. */
  maxErrors?: number;
}

const MILLISECONDS_IN = { ms: 1, s: 1000 } as const;
const LATENCY = /^(p50|p90|p95|p99|p999|mean)=(\d{1,6}(?:\.\d{1,6})?)(ms|s)$/;
const ERRORS = /^errors=(\d{1,3}(?:\.\d{1,6})?)(%?)$/;

/** @returns undefined for a text that is no list of objectives with at least one response time */
export function parseObjective(text: string): Objective[] | undefined {
  const parts = text.split(',');
  const errors = parts.filter((part) => part.startsWith('errors='));
  const latencies = parts.filter((part) => !errors.includes(part)).map(parseLatency);
  const objectives = latencies.filter((objective) => objective !== undefined);
  const named = new Set(objectives.map(({ percentile }) => percentile));
  if (objectives.length < latencies.length || named.size < latencies.length) return undefined;
  if (objectives.length === 0 || errors.length > 1) return undefined;
  if (errors[0] === undefined) return objectives;
  const maxErrors = parseErrors(errors[0]);
  return maxErrors === undefined
    ? undefined
    : objectives.map((objective) => ({ ...objective, maxErrors }));
}

function parseLatency(text: string): Objective | undefined {
  const [, percentile, amount, unit] = LATENCY.exec(text) ?? [];
  const milliseconds = Number(amount) * MILLISECONDS_IN[(unit ?? 'ms') as 'ms' | 's'];
  return milliseconds > 0 ? { percentile: percentile as Percentile, milliseconds } : undefined;
}

function parseErrors(text: string): number | undefined {
  const [, amount, percent] = ERRORS.exec(text) ?? [];
  const share = Number(amount) / (percent === '%' ? 100 : 1);
  return share <= 1 ? share : undefined;
}

export function objectives(help: string): OptionKind<Objective[]> {
  return {
    takes: 'p99=50ms',
    allowed: `response times such as p99=50ms or mean=0.2s with commas between (${PERCENTILES.join(', ')}), each at most once, and at most one errors=0.1%`,
    help,
    parse: parseObjective,
  };
}
