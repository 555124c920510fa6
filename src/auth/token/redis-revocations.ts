import type { RedisStore } from '../../data/redis.js';
import type { Revocations } from './revocations.js';

/**
 * A denylist in Redis, which every instance asks on every request: one MGET of three keys. `d:<token
 * id>` and `l:<login id>` are there or not, `n:<user id>` holds the moment before which tokens are no
 * longer good.
 */
export function createRedisRevocations(redis: RedisStore, now: () => number): Revocations {
  const { client } = redis;
  const lifeMs = (untilMs: number) => Math.max(1, Math.ceil(untilMs - now()));

  return {
    isRevoked: async ({ id, issuedAt, principal: { userId, loginId } }) => {
      const [token, login, notBefore] = await redis.run(
        client.mget(`d:${id}`, `l:${loginId ?? ''}`, `n:${userId}`),
      );
      return token != null || login != null || (notBefore != null && issuedAt < Number(notBefore));
    },
    denyToken: async (id, untilMs) => {
      await redis.run(client.set(`d:${id}`, 1, 'PX', lifeMs(untilMs)));
    },
    denyLogins: async (loginIds, untilMs) => {
      await redis.run(
        Promise.all(loginIds.map((id) => client.set(`l:${id}`, 1, 'PX', lifeMs(untilMs)))),
      );
    },
    denyUser: async (userId, beforeMs, untilMs) => {
      await redis.run(client.set(`n:${userId}`, beforeMs, 'PX', lifeMs(untilMs)));
    },
    check: () => redis.checkWritable('d:'),
    assertUp: () => redis.assertUp(),
    close: () => {},
  };
}
