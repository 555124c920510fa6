import { createMemoryLoginStore } from '../credentials/memory-login-store.js';
import type { StrategyModule } from '../strategy.js';
import { createKoaSessionStrategy, sessionLimits } from './koa-session-strategy.js';

/**
 * Sessions in the memory of the instance, as in the first chapter of every tutorial. It shows what
 * breaks when a second instance is added (claim S3): each knows only the logins it made itself.
 */
export const sessionMemoryStrategy: StrategyModule = {
  description: {
    summary: 'A session in the memory of one instance: no store to ask, and nobody else knows it',
    control: false,
    carrier: 'cookie',
    stateIn: 'instance',
    credentialBytes: 51,
    perRequest: { redis: 0, authority: 0 },
    revocation: 'on-this-instance',
    sharedByInstances: false,
    survivesRedisLoss: true,
    verifiableByThirdParty: false,
    listsLogins: true,
    refreshes: false,
    delegation: 'scoped-session',
  },
  needs: [],
  create: async ({ settings, now }) => {
    const { absoluteMs } = sessionLimits(settings);
    const logins = createMemoryLoginStore(
      { absoluteMs, perUserMax: settings.loginsPerUserMax },
      now,
    );
    return createKoaSessionStrategy({ logins }, { settings, now });
  },
};
