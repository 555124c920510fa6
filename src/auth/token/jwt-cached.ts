import type { StrategyModule } from '../strategy.js';
import { JWT_DESCRIPTION } from './jwt.js';
import { createLocalRevocations } from './local-revocations.js';
import { createTokenStrategy } from './token-strategy.js';

/**
 * A JWT whose check is remembered: the signature is verified once for each token and instance. What
 * this instance revoked it refuses at once; others learn nothing of it and take the token until it
 * expires.
 */
export const jwtCachedStrategy: StrategyModule = {
  description: {
    ...JWT_DESCRIPTION,
    summary: 'JWT, HS256, verified once and then remembered (bounded); revocable where it is known',
    revocation: 'on-this-instance',
  },
  needs: ['tokenKeys'],
  create: (resources) =>
    createTokenStrategy(resources, {
      algorithm: 'HS256',
      revocations: createLocalRevocations(resources.now),
      cached: true,
    }),
};
