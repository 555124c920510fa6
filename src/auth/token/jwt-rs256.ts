import type { StrategyModule } from '../strategy.js';
import { JWT_DESCRIPTION } from './jwt-description.js';
import { createTokenStrategy } from './token-strategy.js';

/**
 * RSA with SHA-256, the one that every library knows: dear to sign, cheap to check, long signatures.
 */
export const jwtRs256Strategy: StrategyModule = {
  description: {
    ...JWT_DESCRIPTION,
    summary: 'JWT signed with RS256 (RSA 2048): cheap to verify, dear to sign, long',
    credentialBytes: 787,
    verifiableByThirdParty: true,
  },
  needs: ['tokenKeys'],
  tokenAlgorithm: 'RS256',
  create: (resources) => createTokenStrategy(resources, { algorithm: 'RS256' }),
};
