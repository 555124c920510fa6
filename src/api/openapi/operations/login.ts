import type { ProblemCode } from '../../../server/errors.js';
import { user } from '../answer-schemas.js';
import { accessToken, lastingToken, tokenPair, unverifiedToken } from '../credential-schemas.js';
import type { DescribedInstance } from '../instance.js';
import type { Answer, Operation } from '../operation.js';
import { login, passwordChange } from '../request-schemas.js';

/** src/api/routes/login-routes.ts */
export function loginOperations(instance: DescribedInstance): Operation[] {
  const { makesCredentials: supported, description } = instance;
  const crossSite: ProblemCode[] = description.carrier === 'cookie' ? ['cross_site_request'] : [];
  return [
    {
      id: 'logIn',
      method: 'post',
      path: '/auth/login',
      tag: 'login',
      summary: 'Log in',
      access: 'anyone',
      supported,
      body: { kind: 'json', schema: login },
      answers: [credential(instance)],
      problems: ['login_failed', 'too_many_logins', ...crossSite],
      uses: ['database', 'passwords', 'strategy'],
    },
    {
      id: 'logOut',
      method: 'post',
      path: '/auth/logout',
      tag: 'login',
      summary: 'Log out',
      description: LOGOUT[description.revocation],
      access: 'account',
      answers: [{ status: 204, description: 'What can be ended of the credential has ended.' }],
    },
    {
      id: 'changePassword',
      method: 'put',
      path: '/me/password',
      tag: 'login',
      summary: 'Change my password',
      description: 'All other logins end, and this answer brings a new credential.',
      access: 'account',
      supported,
      body: { kind: 'json', schema: passwordChange },
      answers: [credential(instance)],
      problems: ['login_failed', 'account_gone', 'too_many_logins'],
      uses: ['database', 'passwords'],
    },
  ];
}

const LOGOUT: Record<DescribedInstance['description']['revocation'], string> = {
  'at-once': 'The credential ends at once, on every instance.',
  'on-this-instance': 'The credential ends at once, on this instance only.',
  'at-expiry': 'A copy of the credential works until it expires.',
  never: 'The client forgets the credential; a copy of it goes on working.',
};

/** What a login answers, for each way a credential travels. */
function credential({ description: { carrier, refreshes, expires } }: DescribedInstance): Answer {
  switch (carrier) {
    case 'cookie':
      return {
        status: 200,
        description: 'Who logged in, and the cookie.',
        schema: user,
        headers: ['Set-Cookie'],
      };
    case 'bearer':
      return {
        status: 200,
        description: 'The token.',
        schema: refreshes ? tokenPair : expires === false ? lastingToken : accessToken,
      };
    case 'unverified':
      return {
        status: 200,
        description: 'What to send from now on.',
        schema: unverifiedToken,
      };
  }
}
