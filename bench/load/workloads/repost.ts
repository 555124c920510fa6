import type { Workload } from '../workload.js';
import { getPost } from './read.js';

/**
 * The same POST again and again: no copy can answer it, so the service does all of the work each time.
 * Each post is deleted before the next, so that the tables stay as large as they were.
 */
export const repost: Workload = {
  name: 'repost',
  summary: 'of 2 requests 1 POSTs the same post again, 1 deletes what it made',
  needsPosts: true,
  writes: true,
  expectedStatuses: [201, 204],
  warmUpRequests: 3500,
  windowMs: 300,
  probe: (context) => getPost(context, context.posts.firstId),
  loopFor({ connection: { credential, user } }) {
    let own: string | null = null;
    return {
      requests: [
        {
          method: 'POST',
          path: '/posts',
          headers: { ...credential, 'Content-Type': 'application/json' },
          body: JSON.stringify({
            title: 'The same post',
            body: `Written by ${user.name}. `.repeat(12),
          }),
          onResponse: (status, headers) => {
            if (status === 201) own = headers.location ?? null;
          },
        },
        {
          method: 'DELETE',
          path: '/posts',
          headers: credential,
          // A POST that failed leaves no path: this then answers 400 and the trial is invalid.
          latePath: () => own ?? '/posts/0',
          onResponse: (status) => {
            if (status === 204) own = null;
          },
        },
      ],
      leftover: () => own,
    };
  },
};
