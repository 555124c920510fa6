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
import { findCpuControl } from '../../processes/cpu-limits/delegated-rerun.js';
import { proveLimiter } from '../../processes/cpu-limits/prove-limiter.js';
import { findOnPath } from '../../processes/find-on-path.js';
import { startGuardian } from '../../processes/guardian/guardian.js';
import { findDockerEngine } from '../../stores/redis/docker.js';
import { redisServerNames } from '../../stores/redis/on-path.js';
import { databases } from '../../stores/registry.js';

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
  if (onlyRedis(cpuLimits) && (await mayBeContainer(environment))) return;
  throw unavailable(`${missing.why}. ${missing.advice}`);
}

export function unavailable(why: string): LabError {
  return new LabError(
    'CPU_LIMIT_UNAVAILABLE',
    `A limit of CPU time was asked for and cannot be had here: ${why} To measure without it all the same, add --allow-unlimited; the report then says so.`,
  );
}

/** A server that is somebody else's is not touched. */
function assertOurs({ cpuLimits, database: named }: Asked, environment: NodeJS.ProcessEnv): void {
  const database = databaseOf({ database: named });
  if (cpuLimits?.redis != null && environment.REDIS_URL) {
    throw unavailable("REDIS_URL names a server that is not the lab's own. Unset it.");
  }
  if (cpuLimits?.[database] != null && databases[database].given(environment)) {
    throw unavailable(`the environment names a ${database} that is not the lab's own. Unset it.`);
  }
}

function onlyRedis(limits: NonNullable<Asked['cpuLimits']>): boolean {
  return Object.entries(limits).every(([name, cores]) => name === 'redis' || cores === null);
}

/** Then its engine limits it, without control groups of the lab's own. Known for sure once it runs. */
async function mayBeContainer(environment: NodeJS.ProcessEnv): Promise<boolean> {
  const installed = redisServerNames.some((name) => findOnPath(name, environment) !== null);
  return !installed && (await findDockerEngine(environment)) !== null;
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
