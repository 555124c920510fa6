import type { RequestContext, Workload, WorkloadRequest } from '../workload.js';
import { getPost, readRandomPost } from './read.js';

/** Posts that a connection holds a copy of, one after the other. */
const POSTS_PER_LOOP = 2;
const REPEATS = 99;

/** What the service refuses (400), so that a trial without entity tags is no measurement. */
const NO_TAG = 'none';

/**
 * GET /posts/:id by a client that has a copy: it gets a post once, and asks from then on whether it is
 * still the same (RFC 9110, section 13.1.2). Beside `read` it shows what a 304 saves.
 */
export const conditional: Workload = {
  name: 'conditional',
  summary: 'GET /posts/:id with If-None-Match: of 100 requests 1 gets the post, 99 get 304',
  needsPosts: true,
  expectedStatuses: [200, 304],
  warmUpRequests: 6000,
  windowMs: 100,
  probe: (context) => getPost(context, context.posts.firstId),
  loopFor: (context) => ({
    requests: Array.from({ length: POSTS_PER_LOOP }, () => readAndRepeat(context)).flat(),
  }),
};

function readAndRepeat(context: RequestContext): WorkloadRequest[] {
  const get = readRandomPost(context);
  let etag = NO_TAG;
  const read: WorkloadRequest = {
    ...get,
    onResponse: (status, headers) => {
      if (status === 200) etag = headers.etag ?? NO_TAG;
    },
  };
  const repeat: WorkloadRequest = { ...get, lateHeaders: () => ({ 'If-None-Match': etag }) };
  return [read, ...Array.from({ length: REPEATS }, () => repeat)];
}
