import { delegatedSession, logins } from '../credential-schemas.js';
import type { DescribedInstance } from '../instance.js';
import type { Operation } from '../operation.js';
import { delegatedSession as delegatedSessionRequest } from '../request-schemas.js';

/** src/api/routes/session-routes.ts */
export function sessionOperations({ description }: DescribedInstance): Operation[] {
  const supported = description.listsLogins;
  return [
    {
      id: 'listLogins',
      method: 'get',
      path: '/auth/sessions',
      tag: 'sessions',
      summary: 'List my logins',
      access: 'account',
      supported,
      answers: [{ status: 200, description: 'All my logins.', schema: logins }],
    },
    {
      id: 'endLogins',
      method: 'delete',
      path: '/auth/sessions',
      tag: 'sessions',
      summary: 'End all my logins',
      access: 'account',
      supported,
      parameters: ['except'],
      answers: [{ status: 204, description: 'They have ended.' }],
      problems: ['invalid_parameter'],
    },
    {
      id: 'endLogin',
      method: 'delete',
      path: '/auth/sessions/:id',
      tag: 'sessions',
      summary: 'End one of my logins',
      access: 'account',
      supported,
      parameters: ['loginId'],
      answers: [{ status: 204, description: 'It has ended.' }],
      problems: ['not_found'],
    },
    {
      id: 'delegateSession',
      method: 'post',
      path: '/auth/sessions/delegated',
      tag: 'sessions',
      summary: 'Make a session that can do less, for somebody who acts for me',
      access: 'account',
      supported: description.delegation === 'scoped-session',
      body: { kind: 'json', schema: delegatedSessionRequest },
      answers: [
        { status: 201, description: 'The cookie for the third party.', schema: delegatedSession },
      ],
      problems: ['delegation_refused'],
    },
  ];
}
