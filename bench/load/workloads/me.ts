import type { RequestContext, Workload, WorkloadRequest } from '../workload.js';

/** GET /me: authentication and nothing else. The answer comes from the principal, not a database. */
export const me: Workload = {
  name: 'me',
  summary: 'GET /me: authentication alone, no database',
  expectedStatuses: [200],
  warmUpRequests: 5000,
  windowMs: 150,
  probe: getMe,
  loopFor: (context) => ({ requests: [getMe(context)] }),
};

export function getMe({ connection }: RequestContext): WorkloadRequest {
  return { method: 'GET', path: '/me', headers: connection.credential };
}
