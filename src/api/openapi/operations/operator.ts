import type { DescribedInstance } from '../instance.js';
import type { Operation } from '../operation.js';

/** src/api/routes/operator-routes.ts */
export function operatorOperations({ operator }: DescribedInstance): Operation[] {
  if (!operator) {
    return [];
  }
  return [
    {
      id: 'disableUser',
      method: 'post',
      path: '/users/:id/disable',
      tag: 'operator',
      summary: 'Shut an account, and end all its logins',
      access: 'operator',
      parameters: ['id'],
      answers: [{ status: 204, description: 'It is shut.' }],
      problems: ['invalid_parameter', 'not_found'],
      uses: ['database', 'strategy'],
    },
    {
      id: 'enableUser',
      method: 'post',
      path: '/users/:id/enable',
      tag: 'operator',
      summary: 'Open an account again',
      access: 'operator',
      parameters: ['id'],
      answers: [{ status: 204, description: 'It is open.' }],
      problems: ['invalid_parameter', 'not_found'],
      uses: ['database'],
    },
  ];
}
