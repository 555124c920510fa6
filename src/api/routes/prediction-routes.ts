import type { Predictor } from '../../prediction/predictor.js';
import { readGuardedBody } from '../body.js';
import { predictionBody } from '../request-bodies.js';
import type { ApiRoute, CallerCheck } from '../route.js';

export interface PredictionDeps {
  readonly callers: CallerCheck;
  readonly predictor: Predictor;
}

/**
 * POST /predictions: what the model says of a text, and on request of its passages. POST because a
 * text of a post's length has no place in a URL; nothing is stored, so it may be repeated. The scope is
 * that of reading posts: a prediction tells no more than a text that whoever asks has already. The
 * instance and the prediction server answer it alike.
 */
export const predictionRoutes: readonly ApiRoute<PredictionDeps, unknown>[] = [
  {
    method: 'post',
    path: '/predictions',
    access: 'posts:read',
    takes: predictionBody,
    operation: ({ prediction }) => ({
      id: 'predict',
      tag: 'predictions',
      summary: 'Ask whether a text is spam',
      description: 'Nothing is stored, so the request may be repeated.',
      answers: [{ status: 200, description: 'What the model says.', schema: 'Prediction' }],
      problems: [
        'unsupported_language',
        // On the event loop of the instance there is nothing that could be away.
        ...(prediction === 'in-process' ? [] : (['prediction_unavailable'] as const)),
      ],
    }),
    handle: async (ctx, { callers, predictor }) => {
      const question = await readGuardedBody(ctx, callers, predictionBody);
      const { authorization, cookie } = ctx.req.headers;
      ctx.body = await predictor.predict(question, { authorization, cookie });
    },
  },
];
