import type { AuthStrategy } from '../../auth/strategy.js';
import type { Users } from '../../data/users.js';
import { readId } from '../path-ids.js';
import type { ApiRoute } from '../route.js';

export interface OperatorDeps {
  readonly strategy: AuthStrategy;
  readonly users: Users;
}

/** What an operator does to an account: shut it, at once and for all its logins, and open it again. */
export const operatorRoutes: readonly ApiRoute<OperatorDeps>[] = [
  {
    method: 'post',
    path: '/users/:id/disable',
    partOf: 'operator',
    access: 'operator',
    operation: {
      id: 'disableUser',
      tag: 'operator',
      summary: 'Shut an account, and end all its logins',
      parameters: ['id'],
      answers: [{ status: 204, description: 'It is shut.' }],
      problems: ['invalid_parameter', 'not_found'],
      uses: ['database', 'strategy'],
    },
    handle: async (ctx, { strategy, users }) => {
      const id = readId(ctx.params.id);
      // Before: when the logins cannot be ended, nothing has changed. After: for those made meanwhile.
      await strategy.endAll(id);
      await users.setDisabled(id, true);
      await strategy.endAll(id);
      ctx.status = 204;
    },
  },
  {
    method: 'post',
    path: '/users/:id/enable',
    partOf: 'operator',
    access: 'operator',
    operation: {
      id: 'enableUser',
      tag: 'operator',
      summary: 'Open an account again',
      parameters: ['id'],
      answers: [{ status: 204, description: 'It is open.' }],
      problems: ['invalid_parameter', 'not_found'],
      uses: ['database'],
    },
    handle: async (ctx, { users }) => {
      await users.setDisabled(readId(ctx.params.id), false);
      ctx.status = 204;
    },
  },
];
