import type { Context, Next } from 'koa';
import type Router from 'koa-router';
import { readAuthorization } from '../../auth/credentials/authorization-header.js';
import { isSameSecret } from '../../auth/credentials/same-secret.js';
import type { AuthStrategy } from '../../auth/strategy.js';
import type { Users } from '../../data/users.js';
import { AppError } from '../../server/errors.js';
import { readId } from '../validation.js';

export interface OperatorRoutesDeps {
  readonly strategy: AuthStrategy;
  readonly users: Users;
  /** Undefined: there are no such routes. */
  readonly operatorToken: Uint8Array | undefined;
}

const SCHEME = 'Operator';

/** What an operator does to an account: shut it, at once and for all its logins, and open it again. */
export function addOperatorRoutes(router: Router, deps: OperatorRoutesDeps): void {
  const { strategy, users, operatorToken } = deps;
  if (operatorToken === undefined) {
    return;
  }
  const operator = requireOperator(operatorToken);

  router.post('/users/:id/disable', operator, async (ctx) => {
    const id = readId(ctx.params.id);
    // Before: when the logins cannot be ended, nothing has changed. After: for those made meanwhile.
    await strategy.endAll(id);
    await users.setDisabled(id, true);
    await strategy.endAll(id);
    ctx.status = 204;
  });

  router.post('/users/:id/enable', operator, async (ctx) => {
    await users.setDisabled(readId(ctx.params.id), false);
    ctx.status = 204;
  });
}

function requireOperator(secret: Uint8Array) {
  return async (ctx: Context, next: Next): Promise<void> => {
    const given = readAuthorization(ctx.req, SCHEME, SCHEME);
    if (!isSameSecret(given, secret)) {
      throw new AppError('operator_only', { detail: 'The operator token is not the right one.' });
    }
    await next();
  };
}
