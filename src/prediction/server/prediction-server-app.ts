import type Koa from 'koa';
import type { Logger } from 'pino';
import { closeWhenLeaving, type Drain } from '../../http/drain.js';
import { errorHandler } from '../../http/error-handler.js';
import { ExactRouter } from '../../http/exact-router.js';
import { addHealthRoutes } from '../../http/health-routes.js';
import { createKoaApp } from '../../http/koa-app.js';
import { notFound } from '../../http/not-found.js';
import { observer } from '../../http/observer.js';
import { addPredictionRoutes } from '../../http/prediction-routes.js';
import { prepareRoutes } from '../../http/prepare-routes.js';
import { useInOrder } from '../../http/use-in-order.js';
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
