import type { StrategyModule } from '../strategy.js';
import { createKoaSessionStrategy, sessionLimits } from './koa-session-strategy.js';
import { createCookieCodec } from './sealed-cookie.js';

/**
 * The session itself in the cookie, encrypted: no store, every instance with the secret reads it. The
 * server remembers nothing, so a copy of the cookie outlives the logout.
 */
export const sessionCookieStrategy: StrategyModule = {
  description: {
    summary: 'The session encrypted in the cookie itself (AES-256-GCM): no store, no revocation',
    control: false,
    carrier: 'cookie',
    stateIn: 'credential',
    credentialBytes: 144,
    perRequest: { redis: 0, authority: 0 },
    revocation: 'at-expiry',
    sharedByInstances: true,
    survivesRedisLoss: true,
    verifiableByThirdParty: false,
    listsLogins: false,
    refreshes: false,
    delegation: 'none',
  },
  needs: ['tokenSecret'],
  create: async ({ settings, now }) => {
    if (settings.tokenSecret === undefined) {
      throw new TypeError('config/ lets no session-cookie instance start without TOKEN_SECRET');
    }
    const codec = createCookieCodec(settings.tokenSecret, sessionLimits(settings));
    return createKoaSessionStrategy({ codec }, { settings, now });
  },
};
