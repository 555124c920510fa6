import type { StrategyModule } from '../strategy.js';
import { JWT_DESCRIPTION } from './jwt-description.js';
import { createTokenStrategy } from './token-strategy.js';

/**
 * ECDSA on P-256: short signatures, cheap to make, dearer to check. Whoever has the public key can check
 * tokens and make none.
 */
export const jwtEs256Strategy: StrategyModule = {
  description: {
    ...JWT_DESCRIPTION,
    summary: 'JWT signed with ES256 (P-256): anybody with the public key verifies it',
    credentialBytes: 531,
    verifiableByThirdParty: true,
  },
  needs: ['tokenKeys'],
  tokenAlgorithm: 'ES256',
  create: (resources) => createTokenStrategy(resources, { algorithm: 'ES256' }),
};
