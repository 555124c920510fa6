import type { RequestContext, Workload, WorkloadRequest } from '../workload.js';
import { getMe } from './me.js';

/** POST /auth/login: one argon2id hash a request, by design slow. */
export const login: Workload = {
  name: 'login',
  summary: 'POST /auth/login: one argon2id hash a request',
  expectedStatuses: [200],
  warmUpRequests: 60,
  windowMs: 1000,
  // An instance lets a few logins wait and answers 503 to the rest; that is not what we measure.
  maxConnections: 16,
  logsIn: true,
  probe: getMe,
  loopFor: (context) => ({ requests: [postLogin(context)] }),
};

function postLogin({ connection }: RequestContext): WorkloadRequest {
  // Of what a connection sends, the name of the server it was given, and no credential.
  const { Host } = connection.credential;
  return {
    method: 'POST',
    path: '/auth/login',
    headers: { ...(Host !== undefined && { Host }), 'Content-Type': 'application/json' },
    body: JSON.stringify({ email: connection.user.email, password: connection.password }),
  };
}
