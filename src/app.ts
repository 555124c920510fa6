import type Koa from 'koa';
import type { Logger } from 'pino';
import type { DescribedInstance } from './api/openapi/instance.js';
import { prepareRoutes } from './api/prepare-routes.js';
import { addAccountRoutes } from './api/routes/account-routes.js';
import { addDocsRoutes } from './api/routes/docs-routes.js';
import { addHealthRoutes } from './api/routes/health-routes.js';
import { addJwksRoute } from './api/routes/jwks-route.js';
import { addLoginRoutes } from './api/routes/login-routes.js';
import { addOperatorRoutes } from './api/routes/operator-routes.js';
import { addPostRoutes } from './api/routes/post-routes.js';
import { addPredictionRoutes } from './api/routes/prediction-routes.js';
import { addPrincipalRoute } from './api/routes/principal-route.js';
import { addSessionRoutes } from './api/routes/session-routes.js';
import { addTokenRoutes } from './api/routes/token-routes.js';
import type { LoginLimiter } from './auth/credentials/login-limiter.js';
import type { PasswordHasher } from './auth/credentials/password.js';
import type { AuthStrategy } from './auth/strategy.js';
import type { Database } from './data/database.js';
import { createIdempotencyKeys } from './data/idempotency-keys.js';
import { createPosts } from './data/posts.js';
import { createUsers } from './data/users.js';
import type { Predictor } from './prediction/predictor.js';
import { busyWork } from './server/busy-work.js';
import { closeWhenLeaving, type Drain } from './server/drain.js';
import { errorHandler } from './server/error-handler.js';
import type { EventLoopWatch } from './server/event-loop.js';
import { ExactRouter } from './server/exact-router.js';
import { createKoaApp } from './server/koa-app.js';
import { notFound } from './server/not-found.js';
import { observer, type RequestCounters } from './server/observer.js';
import { useInOrder } from './server/use-in-order.js';

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
