import * as z from 'zod';
import { SECRET_BYTES_MIN } from '../secrets/secret-policy.js';
import { isLoopback } from '../server/loopback.js';
import type { Environment } from './environment.js';
import { HOST_DEFAULT } from './process.js';

/** What a strategy may ask of the environment, which is checked before anything is opened. */
export type StrategyNeed = 'redis' | 'tokenSecret' | 'tokenKeys' | 'authority' | 'loopback';

/**
 * Name (the value of AUTH_STRATEGY) to what loads the strategy. Who reads settings hands it over:
 * here nothing is known of strategies but what they say of themselves.
 */
export type StrategyLoaders<Module> = Readonly<Record<string, () => Promise<Module>>>;

export function strategyName(strategies: StrategyLoaders<unknown>) {
  return z.enum(Object.keys(strategies));
}

/** Undefined where there is none of that name. */
export async function loadStrategy<Module>(
  strategies: StrategyLoaders<Module>,
  name: string,
): Promise<Module | undefined> {
  return Object.hasOwn(strategies, name) ? strategies[name]?.() : undefined;
}

/** What a strategy asks of the environment and does not find, in words. */
export function missingNeeds(needs: readonly StrategyNeed[], present: Environment): string[] {
  return needs.map((need) => missingNeed(need, present)).filter((problem) => problem !== undefined);
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
