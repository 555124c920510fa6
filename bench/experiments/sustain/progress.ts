/** What is going on, in words. Pure. */

import type { Condition } from '../../model/condition.js';
import type { SustainedAttempt } from '../../model/result-schema.js';
import { countOf } from '../../text/count-of.js';
import { formatNumber } from '../../text/format.js';

/** "session · me · 1 instance" */
export function describeCondition({ variant, workload, instances }: Condition): string {
  return `${variant} · ${workload} · ${countOf(instances, 'instance')}`;
}

export function describeAttempt(attempt: SustainedAttempt): string {
  const { offeredRps, latencyMs, outcome, reasons } = attempt;
  const seen = `${formatNumber(offeredRps)} requests/s, p99 ${formatNumber(latencyMs?.p99)} ms`;
  if (outcome === 'met') return `${seen}: met`;
  return `${seen}: ${outcome === 'missed' ? 'missed' : 'NO MEASUREMENT'} (${reasons.join('; ')})`;
}
