import type Router from 'koa-router';
import type { LoginLimiter } from '../auth/login-limiter.js';
import type { PasswordHasher } from '../auth/password.js';
import type { AuthStrategy, Principal } from '../auth/strategy.js';
import type { Users } from '../data/users.js';
import { AppError } from '../errors.js';
import { readBody } from './body.js';
import { principalOf, requirePrincipal } from './principal.js';
import { loginBody, readId, registrationBody } from './validation.js';

export interface AccountRoutesDeps {
  readonly strategy: AuthStrategy;
  readonly users: Users;
  readonly passwords: PasswordHasher;
  readonly loginLimiter: LoginLimiter;
}

/** Registration, login, logout and who am I. */
export function addAccountRoutes(router: Router, deps: AccountRoutesDeps): void {
  const { strategy, users, passwords, loginLimiter } = deps;
  const principal = requirePrincipal(strategy);

  router.post('/users', async (ctx) => {
    const { email, name, password } = await readBody(ctx, registrationBody);
    const passwordHash = await passwords.hash(password);
    const user = await users.create({ email, name, passwordHash });
    ctx.status = 201;
    ctx.set('Location', `/users/${user.id}`);
    ctx.body = { id: user.id, email: user.email, name: user.name };
  });

  router.get('/users/:id', principal, async (ctx) => {
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

  router.post('/auth/login', async (ctx) => {
    ctx.set('Cache-Control', 'no-store');
    const { email, password } = await readBody(ctx, loginBody);
    await loginLimiter.check(ctx.ip, email);
    strategy.guardLogin?.(ctx);

    const user = await users.findByEmail(email);
    const matches = await passwords.verify(user?.passwordHash, password);
    if (user === null || !matches) {
      await loginLimiter.recordFailure(ctx.ip, email);
      // One answer for both: it must not tell which addresses have accounts.
      throw new AppError('login_failed', { detail: 'Check both and try again.' });
    }

    const principal: Principal = { userId: user.id, email: user.email, name: user.name };
    const token = await strategy.issue(ctx, principal);
    ctx.body = token ?? describe(principal);
  });

  router.post('/auth/logout', principal, async (ctx) => {
    await strategy.end(ctx, principalOf(ctx));
    ctx.status = 204;
  });

  router.get('/me', principal, (ctx) => {
    ctx.body = describe(principalOf(ctx));
  });
}

function describe({ userId, email, name }: Principal) {
  return { id: userId, email, name };
}
