import type { PasswordHasher } from '../../auth/credentials/password.js';
import type { Users } from '../../data/users.js';
import { AppError } from '../../server/errors.js';
import { hungUp } from '../../server/hung-up.js';
import { readBody } from '../body.js';
import { readId } from '../path-ids.js';
import { registrationBody } from '../request-bodies.js';
import type { ApiRoute } from '../route.js';

export interface AccountDeps {
  readonly users: Users;
  readonly passwords: PasswordHasher;
}

/** Registration, and who am I. */
export const accountRoutes: readonly ApiRoute<AccountDeps>[] = [
  {
    method: 'post',
    path: '/users',
    access: 'anyone',
    takes: registrationBody,
    operation: {
      id: 'register',
      tag: 'account',
      summary: 'Register',
      answers: [
        {
          status: 201,
          description: 'The account is there.',
          schema: 'User',
          headers: ['Location'],
        },
      ],
      problems: ['email_taken'],
      uses: ['database', 'passwords'],
    },
    handle: async (ctx, { users, passwords }) => {
      const { email, name, password } = await readBody(ctx, registrationBody);
      const passwordHash = await passwords.hash(password, hungUp(ctx));
      const user = await users.create({ email, name, passwordHash });
      ctx.status = 201;
      ctx.set('Location', `/users/${user.id}`);
      ctx.body = { id: user.id, email: user.email, name: user.name };
    },
  },
  {
    method: 'get',
    path: '/users/:id',
    access: 'account',
    mayKeep: 'nobody',
    operation: {
      id: 'readUser',
      tag: 'account',
      summary: 'Read my account from the database',
      parameters: ['id'],
      answers: [{ status: 200, description: 'My account.', schema: 'User' }],
      problems: ['invalid_parameter', 'not_owner', 'not_found'],
      uses: ['database'],
    },
    handle: async (ctx, { users }, { userId }) => {
      const id = readId(ctx.params.id);
      if (id !== userId) {
        throw new AppError('not_owner', { detail: 'An account is shown to its owner only.' });
      }
      const user = await users.findById(id);
      if (user === null) {
        throw new AppError('not_found');
      }
      ctx.body = { id: user.id, email: user.email, name: user.name };
    },
  },
  {
    method: 'get',
    path: '/me',
    access: 'account',
    mayKeep: 'nobody',
    operation: {
      id: 'whoAmI',
      tag: 'account',
      summary: 'Who am I',
      description: 'Answered from the credential alone: no database is asked.',
      answers: [{ status: 200, description: 'Who the credential says I am.', schema: 'User' }],
    },
    handle: (ctx, _deps, { userId, email, name }) => {
      ctx.body = { id: userId, email, name };
    },
  },
];
