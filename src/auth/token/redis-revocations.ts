import type { RedisStore } from '../../data/redis/redis-store.js';
import type { Revocations } from './revocations.js';

/**
 * A denylist in Redis, which every instance asks on every request: one MGET of three keys. `d:<token
 * id>` and `l:<login id>` are there or not, `n:<user id>` holds the moment before which tokens are no
 * longer good. In a Redis Cluster a tag stands after the letter, the same for all of a user.
 */
export function createRedisRevocations(redis: RedisStore, now: () => number): Revocations {
  const { client, buckets } = redis;
  const lifeMs = (untilMs: number) => Math.max(1, Math.ceil(untilMs - now()));

  function keysOf(id: string, loginId: string, userId: number): [string, string, string] {
    const tag = buckets.tagOfUser(userId);
    return [`d:${tag}${id}`, `l:${tag}${loginId}`, `n:${tag}${userId}`];
  }

  return {
    isRevoked: async ({ id, issuedAt, principal: { userId, loginId } }) => {
      const [token, login, notBefore] = await redis.run(
        client.mget(keysOf(id, loginId ?? '', userId)),
      );
      return token != null || login != null || (notBefore != null && issuedAt < Number(notBefore));
    },
    denyToken: async (userId, id, untilMs) => {
      const [key] = keysOf(id, '', userId);
      await redis.run(client.set(key, 1, 'PX', lifeMs(untilMs)));
    },
    denyLogins: async (userId, loginIds, untilMs) => {
      const keys = loginIds.map((loginId) => keysOf('', loginId, userId)[1]);
      await redis.run(Promise.all(keys.map((key) => client.set(key, 1, 'PX', lifeMs(untilMs)))));
    },
    denyUser: async (userId, beforeMs, untilMs) => {
      const [, , key] = keysOf('', '', userId);
      await redis.run(client.set(key, beforeMs, 'PX', lifeMs(untilMs)));
    },
    check: () => redis.checkWritable('d:'),
    assertUp: () => redis.assertUp(),
    close: () => {},
  };
}
