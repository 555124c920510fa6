import type { StrategyModule } from '../strategy.js';
import { JWT_DESCRIPTION } from './jwt.js';
import { createRedisRevocations } from './redis-revocations.js';
import { createTokenStrategy } from './token-strategy.js';

/**
 * A JWT that can be revoked: each request asks Redis whether it was. It pays for the signature and for
 * the look-up, which is what people usually want to know before they add a denylist.
 */
export const jwtDenylistStrategy: StrategyModule = {
  description: {
    ...JWT_DESCRIPTION,
    summary: 'JWT, HS256, and a denylist in Redis that every request asks: revocable at once',
    stateIn: 'redis',
    perRequest: { redis: 1, authority: 0 },
    revocation: 'at-once',
  },
  needs: ['tokenKeys', 'redis'],
  create: (resources) => {
    if (resources.redis === undefined) {
      throw new TypeError('config/ lets no jwt-denylist instance start without REDIS_URL');
    }
    const revocations = createRedisRevocations(resources.redis, resources.now);
    return createTokenStrategy(resources, { algorithm: 'HS256', revocations });
  },
};
