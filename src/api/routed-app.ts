import type Koa from 'koa';
import type { Logger } from 'pino';
import { busyWork } from '../server/busy-work.js';
import { createKoaApp, finishAnswers, useInOrder } from '../server/koa-app.js';
import type { Drain } from '../server/leave-on-signal.js';
import type { Metrics } from '../server/metrics.js';
import { observer, type RequestCounters } from '../server/observer.js';
import { notFound } from './not-found.js';
import { type KnownCaller, type Parts, presentRoutes, type Route } from './route.js';
import { createRouter, type Guards } from './router.js';

export interface RoutedAppOptions<Deps, Caller extends KnownCaller> {
  /** All there may be; those of parts that this process does not have are left out. */
  readonly routes: readonly Route<Deps, Caller>[];
  readonly parts: Partial<Parts>;
  /** What handlers need. */
  readonly deps: Deps;
  readonly guards: Guards<Caller>;
  readonly drain: Drain;
  readonly log: Logger;
  /** What GET /counters answers; undefined where there is none. */
  readonly counters: RequestCounters | undefined;
  /** What GET /metrics answers; undefined where there is none. */
  readonly metrics?: Metrics | undefined;
  /** Whether X-Forwarded-For of the proxy in front names the client. */
  readonly trustProxy?: boolean;
  /** CPU time that every GET costs more; 0 adds nothing. */
  readonly injectBusyMicroseconds?: number;
}

/** A Koa app that serves routes: the way of a request through each of the three servers. */
export function createRoutedApp<Deps, Caller extends KnownCaller>(
  options: RoutedAppOptions<Deps, Caller>,
): Koa {
  const { parts, deps, guards, drain, log, counters, metrics } = options;
  const { trustProxy = false, injectBusyMicroseconds = 0 } = options;
  const routes = presentRoutes(options.routes, parts);
  const askedBy = (who: Route<never>['askedBy']) =>
    new Set(options.routes.filter((route) => route.askedBy === who).map(({ path }) => path));

  const middlewareInOrder = [
    observer({
      ...{ log, counters, metrics },
      unobserved: askedBy('machines'),
      uncounted: askedBy('servers'),
    }),
    finishAnswers({
      ...{ log, drain, onProblem: metrics?.refused },
      challenge: guards.callers?.challenge,
    }),
    busyWork(injectBusyMicroseconds),
    createRouter(routes, deps, guards).routes(),
    notFound(routes),
  ];
  const app = createKoaApp({ trustProxy });
  useInOrder(app, middlewareInOrder, log);
  return app;
}

/** What GET /counters of a new process answers; undefined where it has none. */
export function newCounters(on: boolean): RequestCounters | undefined {
  return on ? { completed: 0, byStatus: {} } : undefined;
}
