import type { StrategyModule } from '../strategy.js';
import { JWT_DESCRIPTION } from './jwt-description.js';
import { createTokenStrategy } from './token-strategy.js';

/**
 * Stateless access tokens signed with HS256. Verifying needs no store, so logging out cannot end a
 * token before it expires: the client throws it away, and a copy stays good for at most
 * ACCESS_TOKEN_TTL_SECONDS. What logging out does end is the refresh token.
 */
export const jwtStrategy: StrategyModule = {
  description: JWT_DESCRIPTION,
  needs: ['tokenKeys'],
  tokenAlgorithm: 'HS256',
  create: (resources) => createTokenStrategy(resources, { algorithm: 'HS256' }),
};
