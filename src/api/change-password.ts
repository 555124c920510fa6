import type { User } from '../data/user.js';
import { loginFailed } from './check-password.js';
import type { IssueDeps } from './issue-credential.js';

/**
 * Of many changes at once one gets past the beginning, and the others end nobody's login. Until it is
 * finished no login can be completed, so those that are ended here are all there are; and when they
 * cannot be ended, nothing has changed.
 * @returns the user as they are then
 * @throws AppError `login_failed` when another change was first, or the account was shut
 */
export async function changePassword(
  { strategy, users }: IssueDeps,
  user: User,
  passwordHash: string,
): Promise<User> {
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
