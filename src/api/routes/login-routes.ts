import type { StrategyDescription } from '../../auth/strategy.js';
import { AppError } from '../../server/errors.js';
import { hungUp } from '../../server/hung-up.js';
import { readBody } from '../body.js';
import { changePassword } from '../change-password.js';
import { checkPassword, type PasswordDeps } from '../check-password.js';
import { type IssueDeps, issueCredential } from '../issue-credential.js';
import type { DescribedInstance } from '../openapi/instance.js';
import type { Answer } from '../openapi/operation.js';
import { loginBody, passwordBody } from '../request-bodies.js';
import type { ApiRoute } from '../route.js';

export type LoginDeps = PasswordDeps & IssueDeps;

/** Login, logout, change of password: where credentials begin and end. */
export const loginRoutes: readonly ApiRoute<LoginDeps>[] = [
  {
    method: 'post',
    path: '/auth/login',
    access: 'anyone',
    takes: loginBody,
    operation: (instance) => ({
      id: 'logIn',
      tag: 'login',
      summary: 'Log in',
      supported: instance.makesCredentials,
      answers: [credentialOf(instance)],
      problems: [
        'login_failed',
        'too_many_logins',
        ...(instance.description.carrier === 'cookie' ? (['cross_site_request'] as const) : []),
      ],
      uses: ['database', 'passwords', 'strategy'],
    }),
    handle: async (ctx, deps) => {
      const { email, password } = await readBody(ctx, loginBody);
      deps.strategy.guardLogin?.(ctx);
      await issueCredential(ctx, deps, await checkPassword(ctx, deps, { email, password }));
    },
  },
  {
    method: 'post',
    path: '/auth/logout',
    access: 'account',
    operation: ({ description }) => ({
      id: 'logOut',
      tag: 'login',
      summary: 'Log out',
      description: LOGOUT[description.revocation],
      answers: [{ status: 204, description: 'What can be ended of the credential has ended.' }],
    }),
    handle: async (ctx, { strategy }, principal) => {
      await strategy.end(ctx, principal);
      ctx.status = 204;
    },
  },
  {
    method: 'put',
    path: '/me/password',
    access: 'account',
    takes: passwordBody,
    operation: (instance) => ({
      id: 'changePassword',
      tag: 'login',
      summary: 'Change my password',
      description: 'All other logins end, and this answer brings a new credential.',
      supported: instance.makesCredentials,
      answers: [credentialOf(instance)],
      problems: ['login_failed', 'account_gone', 'too_many_logins'],
      uses: ['database', 'passwords'],
    }),
    handle: async (ctx, deps, { userId, email, loginId }) => {
      const { currentPassword, newPassword } = await readBody(ctx, passwordBody);
      // It ends with a login, so what cannot make one must not begin.
      deps.strategy.guardLogin?.(ctx);
      const user = await checkPassword(ctx, deps, {
        email,
        password: currentPassword,
        // Without a name of its own the login counts with the others of its user, on this route alone.
        login: loginId ?? `user ${userId}`,
      });
      if (user.id !== userId) {
        // The account is gone, and its address has been registered again.
        throw new AppError('account_gone', { detail: 'Log in again.' });
      }
      const passwordHash = await deps.passwords.hash(newPassword, hungUp(ctx));
      const changed = await changePassword(deps, user, passwordHash);
      // A new credential for who changed it, as at a login (OWASP ASVS 5.0, 7.2.4 and 7.4.3).
      try {
        await issueCredential(ctx, deps, changed);
      } catch (error) {
        throw error instanceof AppError && error.status >= 500 ? changedAllTheSame(error) : error;
      }
    },
  },
];

const LOGOUT: Readonly<Record<StrategyDescription['revocation'], string>> = {
  'at-once': 'The credential ends at once, on every instance.',
  'on-this-instance': 'The credential ends at once, on this instance only.',
  'at-expiry': 'A copy of the credential works until it expires.',
  never: 'The client forgets the credential; a copy of it goes on working.',
};

/** What a login answers, for each way a credential travels. */
function credentialOf({ description: { carrier, refreshes, expires } }: DescribedInstance): Answer {
  switch (carrier) {
    case 'cookie':
      return {
        status: 200,
        description: 'Who logged in, and the cookie.',
        schema: 'User',
        headers: ['Set-Cookie'],
      };
    case 'bearer':
      return {
        status: 200,
        description: 'The token.',
        schema: refreshes ? 'TokenPair' : expires === false ? 'LastingToken' : 'AccessToken',
      };
    case 'unverified':
      return {
        status: 200,
        description: 'What to send from now on.',
        schema: 'UnverifiedToken',
      };
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
