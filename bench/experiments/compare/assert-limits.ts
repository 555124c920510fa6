/**
 * A limit that was asked for and cannot be had ends a run before it starts: without it the run would
 * measure something else, at full speed.
 */

import { availableParallelism } from 'node:os';
import { databaseOf } from '../../model/databases.js';
import { LabError } from '../../model/errors.js';
import type { RunConfig } from '../../model/result-schema.js';
import { findCpuLimiter } from '../../processes/cpu-limits/cpu-limiter.js';
import { assertCores } from '../../processes/cpu-limits/cpu-quota.js';
import { findCpuControl } from '../../processes/cpu-limits/delegation.js';
import { proveLimiter } from '../../processes/cpu-limits/prove-limiter.js';
import { startGuardian } from '../../processes/guardian/guardian.js';
import { databases, sessionStores } from '../../stores/registry.js';
import { limitUnavailable } from '../../trial/limit-unavailable.js';

type Asked = Pick<RunConfig, 'cpuLimits' | 'allowUnlimited' | 'database'>;

/** @throws LabError CPU_LIMIT_UNAVAILABLE; CPU_SHARE_INVALID, exit code 2, for more than the machine has */
export async function assertLimits(config: Asked, environment: NodeJS.ProcessEnv): Promise<void> {
  const { cpuLimits, allowUnlimited } = config;
  if (!cpuLimits) return;
  const shares = Object.values(cpuLimits).filter((cores) => cores !== null);
  for (const cores of shares) assertCores(cores, availableParallelism());
  if (allowUnlimited) return;
  assertOurs(config, environment);
  const missing = await whyNotHeld(shares, environment);
  if (missing === null) return;
  // Known for sure once it runs.
  if (onlyRedis(cpuLimits) && (await sessionStores.redis.mayBeContainer?.(environment))) return;
  throw limitUnavailable(`${missing.why}. ${missing.advice}`);
}

/**
 * Whether processes can be held to these shares here.
 *
 * @returns why they cannot, and what to do; null where they can
 */
export async function whyNoLimits(
  limits: NonNullable<RunConfig['cpuLimits']>,
  database: RunConfig['database'],
  environment: NodeJS.ProcessEnv,
): Promise<string | null> {
  try {
    const asked = { cpuLimits: limits, ...(database && { database }) };
    await assertLimits(asked, environment);
    return null;
  } catch (error) {
    if (error instanceof LabError && error.code === 'CPU_LIMIT_UNAVAILABLE') return error.message;
    throw error;
  }
}

/** A server that is somebody else's is not touched. */
function assertOurs({ cpuLimits, database: named }: Asked, environment: NodeJS.ProcessEnv): void {
  const database = databaseOf({ database: named });
  for (const [name, product] of [
    ['redis', sessionStores.redis],
    [database, databases[database]],
  ] as const) {
    const given = cpuLimits?.[name] == null ? null : product.findGiven(environment);
    if (given === null) continue;
    throw limitUnavailable(
      `${given.variable} names a ${name} that is not the lab's own. Unset it.`,
    );
  }
}

function onlyRedis(limits: NonNullable<Asked['cpuLimits']>): boolean {
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
