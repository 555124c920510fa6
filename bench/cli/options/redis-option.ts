/** The option that says how many servers Redis is, for verbs that start it. */
import type { RunConfig } from '../../model/result-schema.js';
import {
  nameOfShape,
  ONE_REDIS,
  parseRedisShape,
  type RedisShape,
} from '../../stores/redis/shape.js';
import { text } from '../parse-options.js';
import { refuse } from './run-options.js';

export const REDIS_OPTION = {
  redis: text(
    'SERVERS',
    'how many the lab starts: one, cluster:3, cluster:3+3 with replicas, sentinel:1+2 (one)',
  ),
} as const;

/** @throws LabError OPTION_INVALID, exit code 2 */
export function redisFrom({ redis }: { redis?: string | undefined }): RedisShape {
  return redis === undefined ? ONE_REDIS : parseRedisShape(redis);
}

/**
 * What a run records of it: nothing of one server.
 *
 * @throws LabError OPTION_INVALID, exit code 2, also beside what has a meaning with one server only
 */
export function recordedRedis(
  options: { redis?: string | undefined },
  { cpuLimits, storeLatencyMs }: Pick<RunConfig, 'cpuLimits' | 'storeLatencyMs'>,
): Pick<RunConfig, 'redis'> {
  const shape = redisFrom(options);
  if (shape.kind === 'one') return {};
  const name = nameOfShape(shape);
  refuse(
    storeLatencyMs !== undefined,
    `--store-latency leads the way to Redis through a proxy, and the servers of --redis ${name} send their clients past it.`,
  );
  refuse(
    (cpuLimits?.redis ?? null) !== null,
    `--redis-cpu holds one server, and --redis ${name} is several.`,
  );
  return { redis: name };
}
