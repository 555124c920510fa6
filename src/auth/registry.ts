import type { StrategyModule } from './strategy.js';

/**
 * Name (the value of AUTH_STRATEGY) to module. Modules are imported when asked for, so that an
 * instance loads only what it runs: koa-session is not in the memory of a `jwt` instance.
 */
export const strategies: Readonly<Record<string, () => Promise<StrategyModule>>> = {
  session: async () => (await import('./session/session-strategy.js')).sessionStrategy,
  jwt: async () => (await import('./token/jwt-strategy.js')).jwtStrategy,
  none: async () => (await import('./none.js')).noneStrategy,
};
