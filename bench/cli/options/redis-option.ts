/** The option that says how many servers Redis is, for verbs that start it. */
import { ONE_REDIS, parseRedisShape, type RedisShape } from '../../stores/redis/shape.js';
import { text } from '../parse-options.js';

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
