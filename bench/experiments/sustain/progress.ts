/** What is going on, in words. Pure. */

import type { Sustained, SustainedAttempt } from '../../model/result-schema.js';
import { countOf } from '../../text/count-of.js';
import { formatNumber } from '../../text/format.js';

/** Names a cell; no two cells of a run share it. */
export function describeCell({
  strategy,
  workload,
  instances,
}: Pick<Sustained, 'strategy' | 'workload' | 'instances'>): string {
  return `${strategy} · ${workload} · ${countOf(instances, 'instance')}`;
}

export function describeAttempt(attempt: SustainedAttempt): string {
  const { offeredRps, latencyMs, outcome, reasons } = attempt;
  const seen = `${formatNumber(offeredRps)} requests/s, p99 ${formatNumber(latencyMs?.p99)} ms`;
  if (outcome === 'met') return `${seen}: met`;
  return `${seen}: ${outcome === 'missed' ? 'missed' : 'NO MEASUREMENT'} (${reasons.join('; ')})`;
}
