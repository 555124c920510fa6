import type Koa from 'koa';
import type { Logger } from 'pino';
import type { LoginLimiter } from './auth/login-limiter.js';
import type { PasswordHasher } from './auth/password.js';
import type { AuthStrategy } from './auth/strategy.js';
import type { Database } from './data/database.js';
import { createIdempotencyKeys } from './data/idempotency-keys.js';
import { createPosts } from './data/posts.js';
import { createUsers } from './data/users.js';
import type { EventLoopWatch } from './event-loop.js';
import { addAccountRoutes } from './http/account-routes.js';
import { busyWork } from './http/busy-work.js';
import { addDocsRoutes } from './http/docs-routes.js';
import { closeWhenLeaving, type Drain } from './http/drain.js';
import { errorHandler } from './http/error-handler.js';
import { ExactRouter } from './http/exact-router.js';
import { addHealthRoutes } from './http/health-routes.js';
import { addJwksRoute } from './http/jwks-route.js';
import { createKoaApp } from './http/koa-app.js';
import { addLoginRoutes } from './http/login-routes.js';
import { notFound } from './http/not-found.js';
import { observer, type RequestCounters } from './http/observer.js';
import type { DescribedInstance } from './http/openapi/instance.js';
import { addOperatorRoutes } from './http/operator-routes.js';
import { addPostRoutes } from './http/post-routes.js';
import { addPredictionRoutes } from './http/prediction-routes.js';
import { prepareRoutes } from './http/prepare-routes.js';
import { addPrincipalRoute } from './http/principal-route.js';
import { addSessionRoutes } from './http/session-routes.js';
import { addTokenRoutes } from './http/token-routes.js';
import { useInOrder } from './http/use-in-order.js';
import type { Predictor } from './prediction/predictor.js';

export interface AppDeps {
  readonly strategy: AuthStrategy;
  readonly database: Database;
  readonly passwords: PasswordHasher;
  readonly loginLimiter: LoginLimiter;
  readonly drain: Drain;
  readonly log: Logger;
  /** Whether GET /counters exists. */
  readonly counters: boolean;
  /** Read by GET /counters. */
  readonly eventLoop: EventLoopWatch | undefined;
  /** Whether X-Forwarded-For of the proxy in front names the client. */
  readonly trustProxy: boolean;
  /** Clients that a user may let act for them. */
  readonly delegateClients: readonly string[];
  readonly operatorToken: Uint8Array | undefined;
  /** What the document says of this instance; undefined: there is neither document nor page. */
  readonly docs: DescribedInstance | undefined;
  /** CPU time that every GET costs more; 0 adds nothing. */
  readonly injectBusyMicroseconds: number;
  readonly predictor: Predictor;
}

/** The whole API as a Koa app. It opens nothing and listens nowhere. */
export function createApp(deps: AppDeps): Koa {
  const { strategy, database, log, drain } = deps;
  const counters: RequestCounters | undefined = deps.counters
    ? { completed: 0, byStatus: {} }
    : undefined;

  const users = createUsers(database);
  const router = new ExactRouter();
  addHealthRoutes(router, {
    checkStores: () => Promise.all([database.checkWritable(), strategy.checkStores()]),
    drain,
    counters,
    eventLoop: deps.eventLoop,
  });
  addAccountRoutes(router, { ...deps, users });
  addLoginRoutes(router, { ...deps, users });
  addSessionRoutes(router, deps);
  addTokenRoutes(router, deps);
  addJwksRoute(router, strategy);
  addOperatorRoutes(router, { ...deps, users });
  addPostRoutes(router, {
    strategy,
    posts: createPosts(database),
    keys: createIdempotencyKeys(database),
  });
  addPrincipalRoute(router, strategy);
  addPredictionRoutes(router, deps);
  addDocsRoutes(router, deps.docs);
  prepareRoutes(router, strategy);

  const app = createKoaApp({ trustProxy: deps.trustProxy });
  strategy.attach?.(app);

  const middlewareInOrder = [
    observer({ log, counters }),
    closeWhenLeaving(drain),
    errorHandler(log, strategy.challenge),
    busyWork(deps.injectBusyMicroseconds),
    router.routes(),
    notFound,
  ];
  return useInOrder(app, middlewareInOrder, log);
}
