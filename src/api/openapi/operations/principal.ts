import { principal } from '../answer-schemas.js';
import type { Operation } from '../operation.js';

/** src/api/routes/principal-route.ts */
export function principalOperations(): Operation[] {
  return [
    {
      id: 'readPrincipal',
      method: 'get',
      path: '/auth/principal',
      tag: 'account',
      summary: 'What the credential of this request allows',
      access: 'credential',
      answers: [{ status: 200, description: 'Whose it is, and what for.', schema: principal }],
    },
  ];
}
