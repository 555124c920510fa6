/**
 * The metrics that variants are compared by, as a table: to add one is to add a line.
 */
import type { Trial } from '../model/result-schema.js';
import { allTiers, tierOf } from '../model/tiers.js';
import type { Variant } from '../model/variant.js';

export interface Metric {
  name: string;
  /** For headings and sentences. */
  label: string;
  unit: string;
  /** Which direction is the better one. */
  better: 'higher' | 'lower';
  /** The metric of one trial; null where it was not measured. */
  of(trial: Trial): number | null;
}

export const METRICS: readonly Metric[] = [
  {
    name: 'throughput',
    label: 'throughput',
    unit: 'requests/s',
    better: 'higher',
    of: (trial) => trial.throughputRps,
  },
  {
    name: 'cpu.application',
    label: 'application CPU per request',
    unit: 'µs',
    better: 'lower',
    of: (trial) => trial.cpuMicrosecondsPerRequest.application ?? null,
  },
  {
    name: 'cpu.total',
    label: 'CPU per request of all servers together',
    unit: 'µs',
    better: 'lower',
    of: serverCpuMicroseconds,
  },
  {
    name: 'latency.p99',
    label: 'latency, 99th percentile',
    unit: 'ms',
    better: 'lower',
    of: (trial) => trial.latencyMs?.p99 ?? null,
  },
];

/**
 * What two variants can be compared by: all metrics, and of deployments that the lab did not start those that can
 * be known. Nobody can promise more verdicts than there are, nor correct for some that cannot come.
 */
export function metricsOfPair(pair: readonly Variant[]): readonly Metric[] {
  const targets = pair.flatMap(({ target }) => target ?? []);
  if (targets.length === 0) return METRICS;
  const isKnown = targets.every(({ cpuFrom }) => cpuFrom !== null);
  return METRICS.filter(
    ({ name }) => !name.startsWith('cpu.') || (isKnown && name === 'cpu.application'),
  );
}

/**
 * How many verdicts a pair of variants gets: one for each scenario and metric. All of them are to hold
 * together, so each is asked to hold so many times more surely (docs/decisions/004).
 */
export function verdictsOfPair(scenarios: number, metrics: number = METRICS.length): number {
  return scenarios * metrics;
}

/**
 * CPU time of everything that serves, in microseconds per request; null when a part is unknown.
 * A strategy without an authority has none to pay for; what the authority of another costs is unknown where it was not measured.
 * So it is with every tier that a run may be without.
 */
export function serverCpuMicroseconds({ cpuMicrosecondsPerRequest }: Trial): number | null {
  const always = allTiers().filter(({ presence }) => presence === 'every-run');
  const parts = {
    ...Object.fromEntries(always.map(({ id }) => [id, null])),
    ...cpuMicrosecondsPerRequest,
  };
  return Object.entries(parts)
    .filter(([id]) => tierOf(id).scope !== 'lab')
    .reduce<number | null>(
      (sum, [, part]) => (sum === null || part === null ? null : sum + part),
      0,
    );
}
