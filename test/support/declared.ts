import type { StrategyDescription } from '../../src/auth/strategy.js';

/** Whether a credential goes on working, everywhere, after its login was ended. */
export function outlivesLogin({ revocation }: StrategyDescription): boolean {
  return revocation === 'at-expiry' || revocation === 'never';
}

/** Whether POST /auth/token has anything to give. */
export function grantsTokens({ refreshes, delegation }: StrategyDescription): boolean {
  return refreshes || delegation === 'token-exchange';
}
