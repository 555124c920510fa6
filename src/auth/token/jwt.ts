import type { TokenAlgorithm } from '../../config/settings.js';
import type { StrategyDescription, StrategyModule } from '../strategy.js';
import type { TokenLibrary } from './token-codec.js';
import { createTokenStrategy } from './token-strategy.js';

/** What all signed tokens have in common. A variant spreads this and says where it differs. */
export const JWT_DESCRIPTION: StrategyDescription = {
  summary:
    'Stateless JWT (jose), HS256, verified from the key alone; a token lives until it expires',
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

/**
 * Stateless access tokens signed with HS256. Verifying needs no store, so logging out cannot end a
 * token before it expires: the client throws it away, and a copy stays good for at most
 * ACCESS_TOKEN_TTL_SECONDS. What logging out does end is the refresh token.
 */
export const jwtStrategy = signedWith('HS256', {});

/**
 * ECDSA on P-256: short signatures that cost little to make and more to check. Whoever has the public key
 * can check tokens and make none.
 */
export const jwtEs256Strategy = signedWith('ES256', {
  summary: 'JWT signed with ES256 (P-256): anybody with the public key verifies it',
  credentialBytes: 531,
  verifiableByThirdParty: true,
});

/**
 * Ed25519 (RFC 8037): short signatures without a random number that could go wrong. Whoever has the
 * public key can check tokens and make none.
 */
export const jwtEddsaStrategy = signedWith('EdDSA', {
  summary: 'JWT signed with EdDSA (Ed25519): anybody with the public key verifies it',
  credentialBytes: 531,
  verifiableByThirdParty: true,
});

/**
 * RSA with SHA-256, the one that every library knows: costs much to sign and little to check, and its
 * signatures are long.
 */
export const jwtRs256Strategy = signedWith('RS256', {
  summary: 'JWT signed with RS256 (RSA 2048): cheap to verify, dear to sign, long',
  credentialBytes: 787,
  verifiableByThirdParty: true,
});

/** Variants that differ in the algorithm alone, or in the library that does the work; left out, jose. */
export function signedWith(
  algorithm: TokenAlgorithm,
  differences: Partial<StrategyDescription>,
  library?: TokenLibrary,
): StrategyModule {
  return {
    description: { ...JWT_DESCRIPTION, ...differences },
    needs: ['tokenKeys'],
    tokenAlgorithm: algorithm,
    create: (resources) =>
      createTokenStrategy(resources, { algorithm, ...(library && { library }) }),
  };
}
