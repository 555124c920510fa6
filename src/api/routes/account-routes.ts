import type Router from 'koa-router';
import type { PasswordHasher } from '../../auth/credentials/password.js';
import type { AuthStrategy } from '../../auth/strategy.js';
import type { Users } from '../../data/users.js';
import { AppError } from '../../server/errors.js';
import { hungUp } from '../../server/hung-up.js';
import { readBody } from '../body.js';
import { principalOf, requirePrincipal } from '../principal.js';
import { readId, registrationBody } from '../validation.js';

export interface AccountRoutesDeps {
  readonly strategy: AuthStrategy;
  readonly users: Users;
  readonly passwords: PasswordHasher;
}

/** Registration, and who am I. */
export function addAccountRoutes(router: Router, deps: AccountRoutesDeps): void {
  const { strategy, users, passwords } = deps;
  const account = requirePrincipal(strategy, 'account');

  router.post('/users', async (ctx) => {
    const { email, name, password } = await readBody(ctx, registrationBody);
    const passwordHash = await passwords.hash(password, hungUp(ctx));
    const user = await users.create({ email, name, passwordHash });
    ctx.status = 201;
    ctx.set('Location', `/users/${user.id}`);
    ctx.body = { id: user.id, email: user.email, name: user.name };
  });

  router.get('/users/:id', account, async (ctx) => {
    const id = readId(ctx.params.id);
    if (id !== principalOf(ctx).userId) {
      throw new AppError('not_owner', { detail: 'An account is shown to its owner only.' });
    }
    const user = await users.findById(id);
    if (user === null) {
      throw new AppError('not_found');
    }
    ctx.body = { id: user.id, email: user.email, name: user.name };
  });

  router.get('/me', account, (ctx) => {
    const { userId, email, name } = principalOf(ctx);
    ctx.body = { id: userId, email, name };
  });
}
