/** The options that hold processes to a share of a core, for every verb that measures. */
import type { ParsedOptions } from '../options.js';
import type { RunConfig } from '../result/schema.js';
import { cpuShare } from '../services/cpu-limits/cpu-quota.js';

export const LIMIT_OPTIONS = {
  'instance-cpu': cpuShare('share of a core that each instance is held to (no limit)'),
  'redis-cpu': cpuShare('share of a core that Redis is held to (no limit)'),
  'postgres-cpu': cpuShare(
    'cores that PostgreSQL, all its processes together, is held to (no limit)',
  ),
} as const;

/** @returns undefined where nothing is to be held */
export function limitsFrom(
  options: ParsedOptions<typeof LIMIT_OPTIONS>,
): RunConfig['cpuLimits'] | undefined {
  const limits = {
    application: options['instance-cpu'] ?? null,
    redis: options['redis-cpu'] ?? null,
    postgres: options['postgres-cpu'] ?? null,
  };
  return Object.values(limits).some((cores) => cores !== null) ? limits : undefined;
}

/** Before the words are read as options: whether limits are among them. */
export function asksForLimits(words: readonly string[]): boolean {
  return words.some((word) =>
    Object.keys(LIMIT_OPTIONS).some(
      (name) => word === `--${name}` || word.startsWith(`--${name}=`),
    ),
  );
}
