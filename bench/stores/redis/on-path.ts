import { LabError } from '../../model/errors.js';
import { findOnPath } from '../../processes/find-on-path.js';
import type { StartContext } from '../open.js';
import { type RedisProgram, tryRedis } from './server.js';

/** Names of servers that speak the protocol and take the same configuration, best first. */
export const redisServerNames = ['redis-server', 'valkey-server'];

/** An installed server, or null. @throws LabError REDIS_CANNOT_RUN when it is there but broken */
export async function findRedisOnPath({
  environment,
  user,
}: Pick<StartContext, 'environment' | 'user'>): Promise<RedisProgram | null> {
  let reason: string | null = null;
  for (const name of redisServerNames) {
    const command = findOnPath(name, environment);
    if (command === null) continue;
    // Root may have it where no other user can run it; then Redis, unlike PostgreSQL, runs as root.
    for (const runAs of user === null ? [null] : [user, null]) {
      const program = { command, name: `${name} on PATH`, libraryFolders: [], user: runAs };
      const problem = await tryRedis(program);
      if (problem === null) return program;
      reason = `${command} is installed but does not run: ${problem}`;
    }
  }
  if (reason !== null) throw new LabError('REDIS_CANNOT_RUN', reason);
  return null;
}
