import type { Workload } from '../workload.js';

/**
 * GET of whatever path the connection names, of any server. Only for `lab load`: it is no workload of
 * the service, so it is not among those that `compare` offers.
 */
export const url: Workload = {
  name: 'url',
  summary: 'GET of a URL',
  expectedStatuses: [200],
  anyServer: true,
  warmUpRequests: 0,
  windowMs: 1000,
  probe: ask,
  loopFor: (context) => ({ requests: [ask(context)] }),
};

function ask({ connection }: Parameters<Workload['probe']>[0]) {
  return { method: 'GET', path: connection.path ?? '/', headers: connection.credential } as const;
}
