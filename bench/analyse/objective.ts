/**
 * Service level objectives, what users must get, as a command line writes them: "p99=50ms",
 * "p50=5ms,p99=0.2s,errors=0.1%".
 */

import { usageError } from '../model/errors.js';
import type { Objective } from '../model/result-schema.js';
import { didYouMean } from '../text/nearest.js';

export const DEFAULT_OBJECTIVE = 'p99=50ms,errors=0';

export const LATENCY_METRICS = ['mean', 'p50', 'p90', 'p95', 'p99', 'p999'] as const;
export type LatencyMetric = (typeof LATENCY_METRICS)[number];

const UNITS_MS = { ms: 1, s: 1000 } as const;

/**
 * @param text for instance "p99=50ms,errors=0.1%": limits with commas between; without one for errors
 *   there must be none
 * @throws LabError OBJECTIVE_INVALID, exit code 2, naming the part that is wrong
 */
export function parseObjective(text: string): Objective {
  const latency: Objective['latency'] = [];
  let errorShare: number | undefined;
  for (const part of text.split(',')) {
    const [name = '', value = '', ...more] = part.trim().split('=');
    if (more.length > 0) throw wrong(part, 'has more than one "="');
    if (name === 'errors') {
      if (errorShare !== undefined) throw wrong(part, 'limits errors a second time');
      errorShare = parseShare(part, value);
    } else if (isLatencyMetric(name)) {
      if (latency.some(({ metric }) => metric === name)) {
        throw wrong(part, `limits ${name} a second time`);
      }
      latency.push({ metric: name, limitMs: parseMs(part, value) });
    } else {
      const names = [...LATENCY_METRICS, 'errors'];
      const hint = didYouMean(name, names).trimEnd();
      throw wrong(part, `names none of ${names.join(', ')}${hint && ` (${hint})`}`);
    }
  }
  if (latency.length === 0) {
    throw wrong(text, 'limits no latency; without such a limit every rate would do');
  }
  return { text, latency, errorShare: errorShare ?? 0 };
}

function isLatencyMetric(name: string): name is LatencyMetric {
  return LATENCY_METRICS.some((known) => known === name);
}

function parseMs(part: string, value: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)(ms|s)$/.exec(value) ?? [];
  const limitMs = Number(digits) * UNITS_MS[unit as keyof typeof UNITS_MS];
  if (!(limitMs > 0)) throw wrong(part, 'needs a time in ms or s, for instance 50ms or 0.5s');
  return limitMs;
}

function parseShare(part: string, value: string): number {
  if (value === '0') return 0;
  const [, digits] = /^(\d+(?:\.\d+)?)%$/.exec(value) ?? [];
  const share = Number(digits) / 100;
  if (!(share >= 0 && share < 1)) throw wrong(part, 'needs 0 or a share, for instance 0.1%');
  return share;
}

function wrong(part: string, why: string) {
  return usageError(
    'OBJECTIVE_INVALID',
    `--slo: "${part}" ${why}. An objective is for instance ${DEFAULT_OBJECTIVE}.`,
  );
}
