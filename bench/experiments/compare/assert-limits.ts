/**
 * A limit that was asked for and cannot be had ends a run before it starts: without it the run would
 * measure something else, at full speed.
 */

import { availableParallelism } from 'node:os';
import { databaseOf } from '../../model/databases.js';
import type { RunConfig } from '../../model/result-schema.js';
import { findCpuLimiter } from '../../processes/cpu-limits/cpu-limiter.js';
import { assertCores } from '../../processes/cpu-limits/cpu-quota.js';
import { findCpuControl } from '../../processes/cpu-limits/delegation.js';
import { proveLimiter } from '../../processes/cpu-limits/prove-limiter.js';
import { startGuardian } from '../../processes/guardian/guardian.js';
import { databases, sessionStores } from '../../stores/registry.js';
import { limitUnavailable } from '../../trial/limit-unavailable.js';

type Asked = Pick<RunConfig, 'cpuLimits' | 'allowUnlimited' | 'database'>;
type Limits = NonNullable<RunConfig['cpuLimits']>;

/** @throws LabError CPU_LIMIT_UNAVAILABLE; CPU_SHARE_INVALID, exit code 2, for more than the machine has */
export async function assertLimits(
  { cpuLimits, allowUnlimited, database }: Asked,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  if (!cpuLimits) return;
  for (const cores of sharesOf(cpuLimits)) assertCores(cores, availableParallelism());
  if (allowUnlimited) return;
  const why = await whyNoLimits(cpuLimits, database, environment);
  if (why !== null) throw limitUnavailable(why);
}

/**
 * Whether processes can be held to these shares here.
 *
 * @returns why they cannot, and what to do; null where they can
 */
export async function whyNoLimits(
  limits: Limits,
  database: RunConfig['database'],
  environment: NodeJS.ProcessEnv,
): Promise<string | null> {
  const given = givenServer(limits, database, environment);
  if (given !== null) return given;
  const missing = await whyNotHeld(sharesOf(limits), environment);
  if (missing === null) return null;
  // Known for sure once it runs.
  if (onlyRedis(limits) && (await sessionStores.redis.mayBeContainer?.(environment))) return null;
  return `${missing.why}. ${missing.advice}`;
}

/** A server that is somebody else's is not touched. */
function givenServer(
  limits: Limits,
  named: RunConfig['database'],
  environment: NodeJS.ProcessEnv,
): string | null {
  const database = databaseOf({ database: named });
  for (const [name, product] of [
    ['redis', sessionStores.redis],
    [database, databases[database]],
  ] as const) {
    const given = limits[name] == null ? null : product.findGiven(environment);
    if (given !== null) {
      return `${given.variable} names a ${name} that is not the lab's own. Unset it.`;
    }
  }
  return null;
}

function sharesOf(limits: Limits): number[] {
  return Object.values(limits).filter((cores) => cores !== null);
}

function onlyRedis(limits: Limits): boolean {
  return Object.entries(limits).every(([name, cores]) => name === 'redis' || cores === null);
}

async function whyNotHeld(shares: number[], environment: NodeJS.ProcessEnv) {
  const control = await findCpuControl(environment);
  if ('why' in control) return control;
  const guardian = await startGuardian();
  try {
    const found = await findCpuLimiter({ guardian });
    if (found.limiter === null) return found;
    try {
      return await proveLimiter(found.limiter, shares, guardian);
    } finally {
      found.limiter.close();
    }
  } finally {
    await guardian.stop();
  }
}
