import { user } from '../answer-schemas.js';
import type { Operation } from '../operation.js';
import { registration } from '../request-schemas.js';

/** src/api/routes/account-routes.ts */
export function accountOperations(): Operation[] {
  return [
    {
      id: 'register',
      method: 'post',
      path: '/users',
      tag: 'account',
      summary: 'Register',
      access: 'anyone',
      body: { kind: 'json', schema: registration },
      answers: [
        { status: 201, description: 'The account is there.', schema: user, headers: ['Location'] },
      ],
      problems: ['email_taken'],
      uses: ['database', 'passwords'],
    },
    {
      id: 'readUser',
      method: 'get',
      path: '/users/:id',
      tag: 'account',
      summary: 'Read my account from the database',
      access: 'account',
      parameters: ['id'],
      answers: [{ status: 200, description: 'My account.', schema: user }],
      problems: ['invalid_parameter', 'not_owner', 'not_found'],
      uses: ['database'],
    },
    {
      id: 'whoAmI',
      method: 'get',
      path: '/me',
      tag: 'account',
      summary: 'Who am I',
      description: 'Answered from the credential alone: no database is asked.',
      access: 'account',
      answers: [{ status: 200, description: 'Who the credential says I am.', schema: user }],
    },
  ];
}
