import type { Context, Next } from 'koa';
import type { AuthStrategy, Principal, Scope } from '../auth/strategy.js';
import { AppError } from '../server/errors.js';

/** What a route asks for: a scope that can be handed on, or the account, which cannot. */
export type Access = Scope | 'account';

/** What guards a route of a strategy; a process without logins has this alone, and knows no names. */
export interface CallerCheck extends Pick<AuthStrategy, 'challenge'> {
  authenticate(ctx: Context): Promise<Pick<Principal, 'userId' | 'delegation'>>;
}

/**
 * Guards a route: it runs only with a principal who may use it.
 * A credential got by a login may do everything; one that somebody else holds, what it says.
 */
export function requirePrincipal(strategy: CallerCheck, access: Access) {
  return async (ctx: Context, next: Next): Promise<void> => {
    const principal = await strategy.authenticate(ctx);
    if (principal.delegation !== undefined) {
      requireScope(strategy, principal.delegation.scope, access);
    }
    ctx.state.principal = principal;
    await next();
  };
}

/** The principal of a route that a strategy guards. */
export function principalOf(ctx: Context): Principal {
  return ctx.state.principal as Principal;
}

/** @throws AppError `insufficient_scope` (RFC 6750, section 3.1) */
function requireScope(strategy: CallerCheck, given: readonly Scope[], access: Access): void {
  if (access !== 'account' && given.includes(access)) {
    return;
  }
  const challenge = 'Bearer error="insufficient_scope"';
  throw new AppError('insufficient_scope', {
    detail:
      access === 'account'
        ? 'Only the user may do this, with a login of their own.'
        : `It needs the scope ${access}.`,
    headers:
      strategy.challenge === undefined
        ? {}
        : {
            'WWW-Authenticate':
              access === 'account' ? challenge : `${challenge}, scope="${access}"`,
          },
  });
}
