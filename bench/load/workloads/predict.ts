import type { RequestContext, Workload, WorkloadRequest } from '../workload.js';
import { postText } from './post-text.js';

/** Enough different texts for every length, few enough to fit in memory. */
const TEXTS_PER_LOOP = 40;
const MEDIAN_CHARACTERS = 400;
/** Of the logarithm: two thirds of the texts have between 180 and 890 characters. */
const SPREAD = 0.8;
const SHORTEST = 60;
const LONGEST = 8000;

/** POST /predictions with texts as long as posts are: most short, a few long. */
export const predict: Workload = {
  name: 'predict',
  summary: 'POST /predictions: a model reads texts of 400 characters (median), no database',
  expectedStatuses: [200],
  warmUpRequests: 5000,
  // An answer may take a tenth of a second where all of them wait for one model.
  windowMs: 400,
  maxConnections: 32,
  probe: (context) => postPrediction(context, { characters: MEDIAN_CHARACTERS }),
  loopFor: (context) => ({
    requests: Array.from({ length: TEXTS_PER_LOOP }, () =>
      postPrediction(context, { characters: lengthOfPost(context) }),
    ),
  }),
};

export function postPrediction(
  { connection, random }: RequestContext,
  { characters, passages = 0 }: { readonly characters: number; readonly passages?: number },
): WorkloadRequest {
  return {
    method: 'POST',
    path: '/predictions',
    headers: { ...connection.credential, 'Content-Type': 'application/json' },
    body: JSON.stringify({ text: postText(random, characters), passages }),
  };
}

/** Log-normal, as lengths of messages are, by the method of Box and Muller (1958). */
function lengthOfPost({ random }: RequestContext): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const characters = MEDIAN_CHARACTERS * Math.exp(SPREAD * normal);
  return Math.min(LONGEST, Math.max(SHORTEST, Math.round(characters)));
}
