import type { Context } from 'koa';
import type { LoginLimiter } from '../auth/credentials/login-limiter.js';
import type { PasswordHasher } from '../auth/credentials/password.js';
import { normalPassword, passwordForms } from '../auth/credentials/password-text.js';
import type { User } from '../data/user.js';
import type { Users } from '../data/users.js';
import { AppError } from '../server/errors.js';
import { hungUp } from '../server/hung-up.js';

export interface PasswordDeps {
  readonly users: Users;
  readonly passwords: PasswordHasher;
  readonly loginLimiter: LoginLimiter;
}

export interface PasswordAttempt {
  readonly email: string;
  readonly password: string;
  /** The login that asks, where there is one already. */
  readonly login?: string;
}

/** @throws AppError `login_failed`, `too_many_logins`; one answer whatever was wrong */
export async function checkPassword(
  ctx: Context,
  deps: PasswordDeps,
  { email, password, login }: PasswordAttempt,
): Promise<User> {
  const { users, passwords, loginLimiter } = deps;
  const right = await loginLimiter.attempt({ address: ctx.ip, email, login }, async () => {
    const user = await users.findByEmail(email);
    const form = await matchingForm(ctx, passwords, user?.passwordHash, password);
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
    : keepNormalForm(ctx, deps, right.user, normal);
}

/**
 * Which form of the password is right. Hashed for unknown users too, and in the same number of forms:
 * the time of the answer must not tell which addresses have accounts.
 */
async function matchingForm(
  ctx: Context,
  passwords: PasswordHasher,
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
async function keepNormalForm(
  ctx: Context,
  { users, passwords }: PasswordDeps,
  user: User,
  password: string,
): Promise<User> {
  try {
    const passwordHash = await passwords.hash(password, hungUp(ctx));
    await users.rehash(user, passwordHash);
    return { ...user, passwordHash };
  } catch {
    // The password was right, and the next login tries this again.
    return user;
  }
}

export function loginFailed(): AppError {
  // One answer for all: it must not tell which addresses have accounts.
  return new AppError('login_failed', { detail: 'Check both and try again.' });
}
