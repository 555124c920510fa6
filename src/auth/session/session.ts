import { createRedisLoginStore, SESSION_KEYS } from '../credentials/redis-login-store.js';
import type { StrategyModule } from '../strategy.js';
import { createKoaSessionStrategy, sessionLimits } from './koa-session-strategy.js';

/**
 * Sessions in Redis. The browser holds a random ID and nothing else; each request costs one GET, and
 * the answer is what was stored at login.
 */
export const sessionStrategy: StrategyModule = {
  description: {
    summary:
      'A session in Redis behind an HttpOnly cookie (koa-session): one Redis GET for each request',
    control: false,
    carrier: 'cookie',
    stateIn: 'redis',
    credentialBytes: 51,
    perRequest: { redis: 1, authority: 0 },
    revocation: 'at-once',
    sharedByInstances: true,
    survivesRedisLoss: false,
    verifiableByThirdParty: false,
    listsLogins: true,
    refreshes: false,
    delegation: 'scoped-session',
  },
  needs: ['redis'],
  create: async ({ settings, redis, now }) => {
    if (redis === undefined) {
      throw new TypeError('config/ lets no session instance start without REDIS_URL');
    }
    const { absoluteMs } = sessionLimits(settings);
    const logins = createRedisLoginStore(redis, SESSION_KEYS, {
      absoluteMs,
      perUserMax: settings.loginsPerUserMax,
    });
    return createKoaSessionStrategy({ logins }, { settings, now });
  },
};
