import type { Context } from 'koa';
import type Router from 'koa-router';
import type { LoginLimiter } from '../auth/login-limiter.js';
import type { PasswordHasher } from '../auth/password.js';
import type { AuthStrategy, IssuedCredential, Principal } from '../auth/strategy.js';
import type { User } from '../data/user.js';
import type { Users } from '../data/users.js';
import { AppError } from '../errors.js';
import { readBody } from './body.js';
import { hungUp } from './hung-up.js';
import { principalOf, requirePrincipal } from './principal.js';
import { loginBody, passwordBody } from './validation.js';

export interface LoginRoutesDeps {
  readonly strategy: AuthStrategy;
  readonly users: Users;
  readonly passwords: PasswordHasher;
  readonly loginLimiter: LoginLimiter;
}

/** Login, logout, change of password: where credentials begin and end. */
export function addLoginRoutes(router: Router, deps: LoginRoutesDeps): void {
  const { strategy, users, passwords, loginLimiter } = deps;
  const account = requirePrincipal(strategy, 'account');

  /** @throws AppError `login_failed`, `too_many_logins`; one answer whatever was wrong */
  async function checkPassword(ctx: Context, email: string, password: string): Promise<User> {
    const right = await loginLimiter.attempt({ address: ctx.ip, email }, async () => {
      const user = await users.findByEmail(email);
      // Hashed in any case: the time of the answer must not tell which addresses have accounts.
      const matches = await passwords.verify(user?.passwordHash, password, hungUp(ctx));
      return user !== null && matches && user.disabledAt === null ? user : undefined;
    });
    if (right === undefined) {
      throw loginFailed();
    }
    return right;
  }

  /**
   * The password may be changed, or the account shut, between its check and the making of the
   * credential, after all logins that were there have ended. So it is asked again.
   */
  async function issueTo(ctx: Context, user: User): Promise<void> {
    const principal: Principal = { userId: user.id, email: user.email, name: user.name };
    const issued = await strategy.issue(ctx, principal);
    try {
      if (!(await users.isCurrent(user))) {
        throw loginFailed();
      }
    } catch (error) {
      // Also when nobody can tell: an error keeps the cookies that were set before it.
      await takeBack(ctx, user, issued);
      throw error;
    }
    ctx.body = issued.token ?? { id: user.id, email: user.email, name: user.name };
  }

  async function takeBack(ctx: Context, user: User, { loginId }: IssuedCredential): Promise<void> {
    ctx.remove('Set-Cookie');
    if (loginId !== undefined) {
      await strategy.logins?.end(user.id, loginId);
    }
  }

  router.post('/auth/login', async (ctx) => {
    const { email, password } = await readBody(ctx, loginBody);
    strategy.guardLogin?.(ctx);
    await issueTo(ctx, await checkPassword(ctx, email, password));
  });

  router.post('/auth/logout', account, async (ctx) => {
    await strategy.end(ctx, principalOf(ctx));
    ctx.status = 204;
  });

  router.put('/me/password', account, async (ctx) => {
    const { currentPassword, newPassword } = await readBody(ctx, passwordBody);
    const { userId, email } = principalOf(ctx);
    // It ends with a login, so what cannot make one must not begin.
    strategy.guardLogin?.(ctx);
    const user = await checkPassword(ctx, email, currentPassword);
    if (user.id !== userId) {
      // The account is gone, and its address has been registered again.
      throw new AppError('account_gone', { detail: 'Log in again.' });
    }
    const passwordHash = await passwords.hash(newPassword, hungUp(ctx));
    // Before: when the logins cannot be ended, nothing has changed. After: for those made meanwhile.
    await strategy.endAll(userId);
    if (!(await users.changePassword(user, passwordHash))) {
      throw loginFailed();
    }
    await strategy.endAll(userId);
    const changed = await users.findById(userId);
    if (changed === null) {
      throw new AppError('account_gone');
    }
    // A new credential for who changed it, as at a login (OWASP ASVS 5.0, 7.2.4 and 7.4.3).
    await issueTo(ctx, changed);
  });
}

function loginFailed(): AppError {
  // One answer for all: it must not tell which addresses have accounts.
  return new AppError('login_failed', { detail: 'Check both and try again.' });
}
