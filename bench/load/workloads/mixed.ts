import type { RequestContext, Workload } from '../workload.js';
import { getMe } from './me.js';
import { postPrediction } from './predict.js';

/** One of them is a prediction. */
const REQUESTS_PER_LOOP = 50;
/** Nearly as long as a post may be, and every passage of it: the model computes for tens of milliseconds. */
const QUESTION = { characters: 19_800, passages: 3 };

/**
 * Of 50 requests on a connection 49 are GET /me and one is a prediction of a long text and its passages. Every
 * connection does the same, so both variants of a comparison do equal work; their latencies are kept
 * apart by kind. What a prediction does to a GET /me shows in the percentiles of GET /me.
 */
export const mixed: Workload = {
  name: 'mixed',
  summary: 'of 50 requests 49 GET /me and 1 long prediction (passages), latencies apart',
  expectedStatuses: [200],
  warmUpRequests: 3000,
  // A prediction that waits for others takes a tenth of a second, and many must fit.
  windowMs: 1500,
  // Few, so that a request waits for the work before it, and not for a hundred others like itself.
  maxConnections: 8,
  probe: (context) => postPrediction(context, QUESTION),
  loopFor: (context) => ({ requests: fiftyRequests(context) }),
};

function fiftyRequests(context: RequestContext) {
  // Connections begin together; their predictions must not come together.
  const place = Math.floor(context.random() * REQUESTS_PER_LOOP);
  const me = { ...getMe(context), kind: 'GET /me' };
  const prediction = { ...postPrediction(context, QUESTION), kind: 'POST /predictions' };
  return Array.from({ length: REQUESTS_PER_LOOP }, (_, index) =>
    // Objects of their own: the load generator keeps what it sends in them.
    index === place ? prediction : { ...me },
  );
}
