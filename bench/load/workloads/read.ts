import type { RequestContext, Workload, WorkloadRequest } from '../workload.js';

/** Long enough that a connection asks for many different posts, small enough to fit in memory. */
const POSTS_PER_LOOP = 200;

/** GET /posts/:id over all seeded posts: authentication and one look-up in the database. */
export const read: Workload = {
  name: 'read',
  summary: 'GET /posts/:id: authentication and one look-up in the database',
  needsPosts: true,
  expectedStatuses: [200],
  warmUpRequests: 6000,
  windowMs: 100,
  probe: (context) => getPost(context, context.posts.firstId),
  loopFor: (context) => ({
    requests: Array.from({ length: POSTS_PER_LOOP }, () => readRandomPost(context)),
  }),
};

export function readRandomPost(context: RequestContext): WorkloadRequest {
  const { firstId, lastId } = context.posts;
  return getPost(context, firstId + Math.floor(context.random() * (lastId - firstId + 1)));
}

export function getPost({ connection }: RequestContext, id: number): WorkloadRequest {
  return { method: 'GET', path: `/posts/${id}`, headers: connection.credential };
}
