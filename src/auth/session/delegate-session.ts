import { AppError } from '../../server/errors.js';
import { loginIdOf, recordOf } from '../credentials/login-record.js';
import type { LoginStore } from '../credentials/login-store.js';
import { secondsLeft } from '../credentials/seconds-left.js';
import type { DelegatedSession, Delegation, Principal } from '../strategy.js';

export interface DelegateSessionOptions {
  readonly logins: LoginStore;
  readonly cookieName: string;
  /** Longest life of what is handed on. */
  readonly ttlMs: number;
  readonly now: () => number;
}

export interface DelegatingLogin {
  readonly principal: Principal;
  readonly client: string;
  /** Milliseconds since the epoch: what it hands on ends with it at the latest. */
  readonly endsAt: number;
}

/**
 * A second session of the same user that can do less, listed with the others.
 * @throws AppError `credential_invalid` where the one that hands on has ended meanwhile
 */
export async function delegateSession(
  { logins, cookieName, ttlMs, now }: DelegateSessionOptions,
  { principal, client, endsAt: parentEndsAt }: DelegatingLogin,
  delegation: Delegation,
): Promise<DelegatedSession> {
  const value = logins.newSecret(principal.userId);
  const loginId = loginIdOf(value);
  const at = now();
  // By now the parent may have ended; what is made for it ends below.
  const lifeMs = Math.max(1, Math.min(ttlMs, parentEndsAt - at));
  const endsAt = at + lifeMs;
  await logins.create(loginId, recordOf(principal, client, at, { delegation, endsAt }), lifeMs);
  // The session that hands on was read when the headers came. Whoever stole it may have held the
  // body back until its owner ended all sessions, and this one would outlive that.
  if (principal.loginId === undefined || (await logins.read(principal.loginId)) === undefined) {
    await logins.end(principal.userId, loginId);
    throw new AppError('credential_invalid', { detail: 'The session has ended; log in again.' });
  }
  return { cookie: cookieName, value, expiresIn: secondsLeft(endsAt, now()), loginId };
}
