import type { Context, Next } from 'koa';
import type { AuthStrategy, Principal } from '../auth/strategy.js';

/** Guards a route: it runs only with a principal, and caches keep nothing of the answer. */
export function requirePrincipal(strategy: AuthStrategy) {
  return async (ctx: Context, next: Next): Promise<void> => {
    ctx.set('Cache-Control', 'no-store');
    ctx.state.principal = await strategy.authenticate(ctx);
    await next();
  };
}

/** The principal of a guarded route. */
export function principalOf(ctx: Context): Principal {
  return ctx.state.principal as Principal;
}
