import type { RequestContext, RequestLoop, Workload, WorkloadRequest } from '../workload.js';
import { getPost, readRandomPost } from './read.js';

/** So many times through the twenty before a connection asks for the same posts again. */
const ROUNDS_PER_LOOP = 10;

/**
 * Of 20 requests on a connection: 12 read, 4 list, and 1 POST, PUT, PATCH and DELETE of its own
 * post. Each connection deletes what it made, so the tables stay as large as they were.
 */
export const crud: Workload = {
  name: 'crud',
  summary: 'of 20 requests 12 read, 4 list, 1 creates, 1 replaces, 1 patches, 1 deletes a post',
  needsPosts: true,
  writes: true,
  expectedStatuses: [200, 201, 204],
  warmUpRequests: 3500,
  windowMs: 300,
  probe: (context) => getPost(context, context.posts.firstId),
  loopFor(context) {
    const own: OwnPost = { path: null };
    return {
      requests: Array.from({ length: ROUNDS_PER_LOOP }, () => twentyRequests(context, own)).flat(),
      leftover: () => own.path,
    };
  },
};

/** Path of the post that the connection made last; null when it has none. */
interface OwnPost {
  path: string | null;
}

function twentyRequests(context: RequestContext, own: OwnPost): RequestLoop['requests'] {
  const { connection } = context;
  const read = () => readRandomPost(context);
  const list = (): WorkloadRequest => ({
    method: 'GET',
    path: '/posts?limit=20',
    headers: connection.credential,
  });
  const write = (
    method: WorkloadRequest['method'],
    body: object | null,
    more: Partial<WorkloadRequest>,
  ): WorkloadRequest => ({
    method,
    path: '/posts',
    headers: body
      ? { ...connection.credential, 'Content-Type': 'application/json' }
      : connection.credential,
    ...(body && { body: JSON.stringify(body) }),
    ...more,
  });
  // A POST that failed leaves no path: the next write answers 404 and the trial is invalid.
  const latePath = () => own.path ?? '/posts/0';
  const post = (title: string) => ({
    title,
    body: `Written by ${connection.user.name}. `.repeat(12),
  });
  const create = write('POST', post('A new post'), {
    onResponse: (status, headers) => {
      if (status === 201) own.path = headers.location ?? null;
    },
  });
  const replace = write('PUT', post('A replaced post'), { latePath });
  const patch = write('PATCH', { title: 'A patched post' }, { latePath });
  const remove = write('DELETE', null, {
    latePath,
    onResponse: (status) => {
      if (status === 204) own.path = null;
    },
  });
  return [
    ...[read(), read(), list(), create, read(), read(), read(), list(), replace, read()],
    ...[read(), read(), list(), patch, read(), read(), read(), list(), remove, read()],
  ];
}
