import type Koa from 'koa';
import type { Context } from 'koa';
import type { Logger } from 'pino';
import { apiRoutes } from '../api/api-routes.js';
import { createDocsContents } from '../api/docs/contents.js';
import { partsOf } from '../api/openapi/described-route.js';
import type { DescribedInstance } from '../api/openapi/instance.js';
import { createRoutedApp, newCounters } from '../api/routed-app.js';
import { isSameSecret, readAuthorization } from '../auth/credentials/authorization-header.js';
import type { LoginLimiter } from '../auth/credentials/login-limiter.js';
import type { PasswordHasher } from '../auth/credentials/password.js';
import type { AuthStrategy } from '../auth/strategy.js';
import type { Database } from '../data/database.js';
import { createIdempotencyKeys } from '../data/idempotency-keys.js';
import { createPosts } from '../data/posts.js';
import { createUsers } from '../data/users.js';
import type { Predictor } from '../prediction/predictor.js';
import { AppError } from '../server/errors.js';
import type { EventLoopWatch } from '../server/event-loop.js';
import type { HeapWatch } from '../server/heap.js';
import type { Drain } from '../server/leave-on-signal.js';
import type { Metrics } from '../server/metrics.js';

export interface InstanceAppDeps {
  readonly strategy: AuthStrategy;
  readonly database: Database;
  readonly passwords: PasswordHasher;
  readonly loginLimiter: LoginLimiter;
  readonly drain: Drain;
  readonly log: Logger;
  /** Which parts it has, and what its document says of it. */
  readonly instance: DescribedInstance;
  /** Whether there are a document and a page that shows it. */
  readonly docs: boolean;
  /** Read by GET /counters. */
  readonly eventLoop: EventLoopWatch | undefined;
  readonly heap: HeapWatch | undefined;
  /** Read by GET /metrics; undefined where there is none. */
  readonly metrics: Metrics | undefined;
  /** Whether X-Forwarded-For of the proxy in front names the client. */
  readonly trustProxy: boolean;
  /** Clients that a user may let act for them. */
  readonly delegateClients: readonly string[];
  readonly operatorToken: Uint8Array | undefined;
  /** CPU time that every GET costs more; 0 adds nothing. */
  readonly injectBusyMicroseconds: number;
  readonly predictor: Predictor;
}

/** The whole API as a Koa app. It opens nothing and listens nowhere. */
export function createInstanceApp(options: InstanceAppDeps): Koa {
  const { strategy, database, instance, docs, operatorToken } = options;
  const counters = newCounters(instance.counters);
  const app = createRoutedApp({
    ...options,
    routes: apiRoutes,
    parts: { ...partsOf(instance), operator: operatorToken !== undefined, docs },
    deps: {
      ...options,
      callers: strategy,
      users: createUsers(database),
      posts: createPosts(database),
      keys: createIdempotencyKeys(database),
      checkStores: () => Promise.all([database.checkWritable(), strategy.checkStores()]),
      counters,
      docs: createDocsContents(instance, apiRoutes),
    },
    guards: {
      callers: strategy,
      holders: operatorToken && { operator: requireOperator(operatorToken) },
    },
    counters,
  });
  strategy.attach?.(app);
  return app;
}

const OPERATOR_SCHEME = 'Operator';

function requireOperator(token: Uint8Array) {
  return ({ req }: Context): void => {
    const given = readAuthorization(req, OPERATOR_SCHEME, OPERATOR_SCHEME);
    if (!isSameSecret(given, token)) {
      throw new AppError('operator_only', { detail: 'The operator token is not the right one.' });
    }
  };
}
