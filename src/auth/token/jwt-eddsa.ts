import type { StrategyModule } from '../strategy.js';
import { JWT_DESCRIPTION } from './jwt-description.js';
import { createTokenStrategy } from './token-strategy.js';

/**
 * Ed25519 (RFC 8037): short signatures without a random number that could go wrong. Whoever has the
 * public key can check tokens and make none.
 */
export const jwtEddsaStrategy: StrategyModule = {
  description: {
    ...JWT_DESCRIPTION,
    summary: 'JWT signed with EdDSA (Ed25519): anybody with the public key verifies it',
    credentialBytes: 531,
    verifiableByThirdParty: true,
  },
  needs: ['tokenKeys'],
  tokenAlgorithm: 'EdDSA',
  create: (resources) => createTokenStrategy(resources, { algorithm: 'EdDSA' }),
};
