import type { Context } from 'koa';
import type Router from 'koa-router';
import type { LoginLimiter } from '../../auth/credentials/login-limiter.js';
import type { PasswordHasher } from '../../auth/credentials/password.js';
import { normalPassword, passwordForms } from '../../auth/credentials/password-text.js';
import type { AuthStrategy, IssuedCredential, Principal } from '../../auth/strategy.js';
import type { User } from '../../data/user.js';
import type { Users } from '../../data/users.js';
import { AppError } from '../../server/errors.js';
import { hungUp } from '../../server/hung-up.js';
import { readBody } from '../body.js';
import { principalOf, requirePrincipal } from '../principal.js';
import { loginBody, passwordBody } from '../validation.js';

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
  async function checkPassword(
    ctx: Context,
    email: string,
    password: string,
    login?: string,
  ): Promise<User> {
    const right = await loginLimiter.attempt({ address: ctx.ip, email, login }, async () => {
      const user = await users.findByEmail(email);
      const form = await matchingForm(ctx, user?.passwordHash, password);
      return user !== null && form !== undefined && user.disabledAt === null
        ? { user, form }
        : undefined;
    });
    if (right === undefined) {
      throw loginFailed();
    }
    const normal = normalPassword(password);
    return normal === undefined || right.form === normal
      ? right.user
      : keepNormalForm(ctx, right.user, normal);
  }

  /**
   * Which form of the password is right. Hashed for unknown users too, and in the same number of forms:
   * the time of the answer must not tell which addresses have accounts.
   */
  async function matchingForm(
    ctx: Context,
    hash: string | undefined,
    password: string,
  ): Promise<string | undefined> {
    for (const form of passwordForms(password)) {
      if (await passwords.verify(hash, form, hungUp(ctx))) {
        return form;
      }
    }
    return undefined;
  }

  /** A hash made before passwords were normalised gives way to one that any keyboard's form opens. */
  async function keepNormalForm(ctx: Context, user: User, password: string): Promise<User> {
    try {
      const passwordHash = await passwords.hash(password, hungUp(ctx));
      await users.rehash(user, passwordHash);
      return { ...user, passwordHash };
    } catch {
      // The password was right, and the next login tries this again.
      return user;
    }
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
      await takeBack(ctx, principal, issued);
      throw error;
    }
    ctx.body = issued.token ?? { id: user.id, email: user.email, name: user.name };
  }

  async function takeBack(
    ctx: Context,
    principal: Principal,
    { loginId }: IssuedCredential,
  ): Promise<void> {
    ctx.remove('Set-Cookie');
    if (loginId === undefined) {
      return;
    }
    // That a user cannot end logins one by one does not mean that nothing remembers this one.
    if (strategy.logins === undefined) {
      await strategy.end(ctx, { ...principal, loginId });
    } else {
      await strategy.logins.end(principal.userId, loginId);
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
    const { userId, email, loginId } = principalOf(ctx);
    // It ends with a login, so what cannot make one must not begin.
    strategy.guardLogin?.(ctx);
    // Without a name of its own the login counts with the others of its user, on this route alone.
    const user = await checkPassword(ctx, email, currentPassword, loginId ?? `user ${userId}`);
    if (user.id !== userId) {
      // The account is gone, and its address has been registered again.
      throw new AppError('account_gone', { detail: 'Log in again.' });
    }
    const passwordHash = await passwords.hash(newPassword, hungUp(ctx));
    const changed = await changePassword(user, passwordHash);
    // A new credential for who changed it, as at a login (OWASP ASVS 5.0, 7.2.4 and 7.4.3).
    try {
      await issueTo(ctx, changed);
    } catch (error) {
      throw error instanceof AppError && error.status >= 500 ? changedAllTheSame(error) : error;
    }
  });

  /**
   * Of many changes at once one gets past the beginning, and the others end nobody's login. Until it is
   * finished no login can be completed, so those that are ended here are all there are; and when they
   * cannot be ended, nothing has changed.
   * @throws AppError `login_failed` when another change was first, or the account was shut
   */
  async function changePassword(user: User, passwordHash: string): Promise<User> {
    const begun = await users.beginPasswordChange(user);
    if (begun === undefined) {
      throw loginFailed();
    }
    try {
      await strategy.endAll(user.id);
      const changed = await users.finishPasswordChange(begun, passwordHash);
      if (changed === undefined) {
        throw loginFailed();
      }
      return changed;
    } catch (error) {
      // It does nothing where the change was made and only its answer got lost. What fails here as well
      // ends by itself, seconds later.
      await users.abandonPasswordChange(begun).catch(() => {});
      throw error;
    }
  }
}

/** Whoever asks again with the old password would be told that it is wrong. */
function changedAllTheSame({ code, headers, cause }: AppError): AppError {
  return new AppError(code, {
    detail: 'The password was changed; log in with the new one in a moment.',
    headers,
    cause,
  });
}

function loginFailed(): AppError {
  // One answer for all: it must not tell which addresses have accounts.
  return new AppError('login_failed', { detail: 'Check both and try again.' });
}
