/** The options that hold processes to a share of a core, for every verb that measures. */
import { DATABASE_NAMES, type DatabaseName } from '../../model/databases.js';
import type { RunConfig } from '../../model/result-schema.js';
import { MAX_CORES, MIN_CORES } from '../../processes/cpu-limits/cpu-quota.js';
import { decimal, type OptionKind, type ParsedOptions } from '../parse-options.js';
import { refuse } from './run-options.js';

export const LIMIT_OPTIONS = {
  'instance-cpu': cpuShare('share of a core that each instance is held to (no limit)'),
  'redis-cpu': cpuShare('share of a core that Redis is held to (no limit)'),
  'postgres-cpu': cpuShare(
    'cores that PostgreSQL, all its processes together, is held to (no limit)',
  ),
  'mariadb-cpu': cpuShare('with --database mariadb: cores that it is held to (no limit)'),
  'allow-unlimited': {
    flag: true,
    help: 'measure without a limit that cannot be had here, and say so in the report',
  },
} as const;

/** An option that takes a number of cores. */
export function cpuShare(help: string): OptionKind<number> {
  return { ...decimal(MIN_CORES, MAX_CORES, help), takes: 'CORES' };
}

/**
 * @returns nothing where nothing is to be held
 * @throws LabError OPTION_INVALID, exit code 2, for a limit of a database that the run does not use, and
 *   for --allow-unlimited without a limit
 */
export function limitsFrom(
  options: ParsedOptions<typeof LIMIT_OPTIONS>,
  database: DatabaseName,
): Pick<RunConfig, 'cpuLimits' | 'allowUnlimited'> {
  const ofDatabases = { postgres: options['postgres-cpu'], mariadb: options['mariadb-cpu'] };
  const unused = DATABASE_NAMES.find(
    (name) => name !== database && ofDatabases[name] !== undefined,
  );
  refuse(
    unused !== undefined,
    `--${unused}-cpu has a meaning with ${unused} only, and the database of this run is ${database}.`,
  );
  const limits = {
    application: options['instance-cpu'] ?? null,
    redis: options['redis-cpu'] ?? null,
    [database]: ofDatabases[database] ?? null,
  };
  const allowUnlimited = options['allow-unlimited'];
  const asked = Object.values(limits).some((cores) => cores !== null);
  refuse(
    allowUnlimited && !asked,
    '--allow-unlimited has a meaning with a limit only, --instance-cpu for instance.',
  );
  if (!asked) return {};
  return { cpuLimits: limits, ...(allowUnlimited && { allowUnlimited: true }) };
}

/** Before the words are read as options: whether limits are among them. */
export function asksForLimits(words: readonly string[]): boolean {
  return words.some((word) =>
    Object.keys(LIMIT_OPTIONS).some(
      (name) =>
        name !== 'allow-unlimited' && (word === `--${name}` || word.startsWith(`--${name}=`)),
    ),
  );
}
