import type { StrategyModule } from './strategy.js';

/**
 * Name (the value of AUTH_STRATEGY) to module. Modules are imported when asked for, so that an
 * instance loads only what it runs: koa-session is not in the memory of a `jwt` instance.
 */
export const strategies: Readonly<Record<string, () => Promise<StrategyModule>>> = {
  session: async () => (await import('./session/session.js')).sessionStrategy,
  'session-memory': async () => (await import('./session/session-memory.js')).sessionMemoryStrategy,
  'session-cookie': async () => (await import('./session/session-cookie.js')).sessionCookieStrategy,
  jwt: async () => (await import('./token/jwt.js')).jwtStrategy,
  'jwt-es256': async () => (await import('./token/jwt.js')).jwtEs256Strategy,
  'jwt-eddsa': async () => (await import('./token/jwt.js')).jwtEddsaStrategy,
  'jwt-rs256': async () => (await import('./token/jwt.js')).jwtRs256Strategy,
  'jwt-fast-jwt': async () => (await import('./token/jwt-fast-jwt.js')).jwtFastJwtStrategy,
  'jwt-jsonwebtoken': async () =>
    (await import('./token/jwt-jsonwebtoken.js')).jwtJsonwebtokenStrategy,
  'jwt-denylist': async () => (await import('./token/jwt-denylist.js')).jwtDenylistStrategy,
  'jwt-cached': async () => (await import('./token/jwt-cached.js')).jwtCachedStrategy,
  opaque: async () => (await import('./opaque/opaque.js')).opaqueStrategy,
  none: async () => (await import('./none.js')).noneStrategy,
};
