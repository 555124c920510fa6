import type Router from 'koa-router';
import type { Predictor } from '../../prediction/predictor.js';
import { readGuardedBody } from '../../server/guarded-body.js';
import { type CallerCheck, requirePrincipal } from '../principal.js';
import { predictionBody } from '../validation.js';

export interface PredictionRoutesDeps {
  readonly strategy: CallerCheck;
  readonly predictor: Predictor;
}

/**
 * POST /predictions: what the model says of a text, and on request of its passages. POST because a
 * text of a post's length has no place in a URL; nothing is stored, so it may be repeated. The scope is
 * that of reading posts: a prediction tells no more than a text that whoever asks has already. The
 * instance and the prediction server answer it alike.
 */
export function addPredictionRoutes(router: Router, deps: PredictionRoutesDeps): void {
  const { strategy, predictor } = deps;
  router.post('/predictions', requirePrincipal(strategy, 'posts:read'), async (ctx) => {
    const question = await readGuardedBody(ctx, strategy, predictionBody);
    const { authorization, cookie } = ctx.req.headers;
    ctx.body = await predictor.predict(question, { authorization, cookie });
  });
}
