import type { Context } from 'koa';
import type { AuthStrategy, IssuedCredential, Principal } from '../auth/strategy.js';
import type { User } from '../data/user.js';
import type { Users } from '../data/users.js';
import { loginFailed } from './check-password.js';

export interface IssueDeps {
  readonly strategy: AuthStrategy;
  readonly users: Users;
}

/**
 * Answers a user with a new credential. The password may be changed, or the account shut, between its
 * check and the making of the credential, after all logins that were there have ended. So it is asked again.
 * @throws AppError `login_failed`, and what the strategy throws
 */
export async function issueCredential(
  ctx: Context,
  { strategy, users }: IssueDeps,
  user: User,
): Promise<void> {
  const principal: Principal = { userId: user.id, email: user.email, name: user.name };
  const issued = await strategy.issue(ctx, principal);
  try {
    if (!(await users.isCurrent(user))) {
      throw loginFailed();
    }
  } catch (error) {
    // Also when nobody can tell: an error keeps the cookies that were set before it.
    await takeBack(ctx, strategy, principal, issued);
    throw error;
  }
  ctx.body = issued.token ?? { id: user.id, email: user.email, name: user.name };
}

async function takeBack(
  ctx: Context,
  strategy: AuthStrategy,
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
