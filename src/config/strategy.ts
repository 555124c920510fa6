import * as z from 'zod';
import { SECRET_BYTES_MIN } from '../auth/credentials/secret-policy.js';
import { strategies } from '../auth/registry.js';
import type { StrategyModule, StrategyNeed } from '../auth/strategy.js';
import { isLoopback } from '../server/loopback.js';
import type { Environment } from './environment.js';
import { HOST_DEFAULT } from './process.js';

export const strategyName = z.enum(Object.keys(strategies));

/** Undefined where there is none of that name. */
export async function loadStrategy(name: string): Promise<StrategyModule | undefined> {
  return Object.hasOwn(strategies, name) ? strategies[name]?.() : undefined;
}

/** What a strategy asks of the environment and does not find, in words. */
export function missingNeeds(strategy: StrategyModule, present: Environment): string[] {
  return strategy.needs
    .map((need) => missingNeed(need, present))
    .filter((problem) => problem !== undefined);
}

function missingNeed(need: StrategyNeed, present: Environment): string | undefined {
  const name = present.AUTH_STRATEGY;
  switch (need) {
    case 'redis':
      return present.REDIS_URL === undefined ? `REDIS_URL is required by ${name}` : undefined;
    case 'tokenSecret':
      return present.TOKEN_SECRET === undefined
        ? `TOKEN_SECRET is required by ${name}: ${SECRET_BYTES_MIN} random bytes or more, base64url`
        : undefined;
    case 'tokenKeys':
      return (present.TOKEN_KEYS ?? present.TOKEN_SECRET ?? present.JWKS_URL)
        ? undefined
        : `TOKEN_SECRET, TOKEN_KEYS or JWKS_URL is required by ${name}`;
    case 'authority':
      return present.AUTHORITY_URL !== undefined && present.AUTHORITY_SECRET !== undefined
        ? undefined
        : `AUTHORITY_URL and AUTHORITY_SECRET are required by ${name}`;
    case 'loopback':
      return isLoopback(present.HOST ?? HOST_DEFAULT)
        ? undefined
        : `HOST must be loopback for ${name}: it trusts every caller`;
  }
}
