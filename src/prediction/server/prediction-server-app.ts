import type Koa from 'koa';
import type { Logger } from 'pino';
import { prepareRoutes } from '../../api/prepare-routes.js';
import { addHealthRoutes } from '../../api/routes/health-routes.js';
import { addPredictionRoutes } from '../../api/routes/prediction-routes.js';
import { closeWhenLeaving, type Drain } from '../../server/drain.js';
import { errorHandler } from '../../server/error-handler.js';
import { ExactRouter } from '../../server/exact-router.js';
import { createKoaApp } from '../../server/koa-app.js';
import { notFound } from '../../server/not-found.js';
import { observer } from '../../server/observer.js';
import { useInOrder } from '../../server/use-in-order.js';
import type { Predictor } from '../predictor.js';
import type { OpenCallerCheck } from './caller-check.js';

export interface PredictionServerDeps {
  readonly callers: OpenCallerCheck;
  readonly predictor: Predictor;
  readonly drain: Drain;
  readonly log: Logger;
  /** Whether GET /counters exists. */
  readonly counters: boolean;
}

/** The prediction server: the same route as the instances have, and its own check of who is asking. */
export function createPredictionServerApp(deps: PredictionServerDeps): Koa {
  const { callers, predictor, drain, log } = deps;
  const counters = deps.counters ? { completed: 0, byStatus: {} } : undefined;
  const router = new ExactRouter();
  addHealthRoutes(router, { checkStores: callers.check, drain, counters });
  addPredictionRoutes(router, { strategy: callers, predictor });
  prepareRoutes(router, callers);

  const app = createKoaApp();
  const middlewareInOrder = [
    observer({ log, counters }),
    closeWhenLeaving(drain),
    errorHandler(log, callers.challenge),
    router.routes(),
    notFound,
  ];
  return useInOrder(app, middlewareInOrder, log);
}
