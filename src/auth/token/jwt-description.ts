import type { StrategyDescription } from '../strategy.js';

/** What all signed tokens have in common. A variant spreads this and says where it differs. */
export const JWT_DESCRIPTION: StrategyDescription = {
  summary: 'Stateless JWT, HS256, verified from the key alone; a token lives until it expires',
  control: false,
  carrier: 'bearer',
  stateIn: 'credential',
  credentialBytes: 460,
  perRequest: { redis: 0, authority: 0 },
  revocation: 'at-expiry',
  sharedByInstances: true,
  survivesRedisLoss: true,
  verifiableByThirdParty: false,
  listsLogins: true,
  refreshes: true,
  revokesTokens: true,
  delegation: 'token-exchange',
};
