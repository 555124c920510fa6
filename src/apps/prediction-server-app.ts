import type Koa from 'koa';
import type { Logger } from 'pino';
import type { CallerCheck } from '../api/route.js';
import { createRoutedApp, newCounters } from '../api/routed-app.js';
import { healthRoutes } from '../api/routes/health-routes.js';
import { predictionRoutes } from '../api/routes/prediction-routes.js';
import type { Predictor } from '../prediction/predictor.js';
import type { Drain } from '../server/leave-on-signal.js';

/** How the prediction server finds out who is asking. It believes no header before. */
export interface OpenCallerCheck extends CallerCheck {
  /** Resolves when a credential could be checked now; rejects with an AppError otherwise. */
  check(): Promise<void>;
  close(): Promise<void>;
}

export interface PredictionServerAppDeps {
  readonly callers: OpenCallerCheck;
  readonly predictor: Predictor;
  readonly drain: Drain;
  readonly log: Logger;
  /** Whether GET /counters exists. */
  readonly counters: boolean;
}

/** The prediction server: the same route as the instances have, and its own check of who is asking. */
export function createPredictionServerApp(options: PredictionServerAppDeps): Koa {
  const { callers, predictor, drain, log } = options;
  const counters = newCounters(options.counters);
  return createRoutedApp({
    routes: [...healthRoutes, ...predictionRoutes],
    parts: { counters: options.counters },
    deps: { callers, predictor, checkStores: () => callers.check(), drain, counters },
    guards: { callers },
    drain,
    log,
    counters,
  });
}
