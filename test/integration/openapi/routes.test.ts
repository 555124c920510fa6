import { expect } from 'chai';
import type Router from 'koa-router';
import { pino } from 'pino';
import { apiRoutes } from '../../../src/api/api-routes.js';
import { describeRoutes } from '../../../src/api/openapi/described-route.js';
import { templateOf } from '../../../src/api/openapi/document.js';
import type { DescribedInstance } from '../../../src/api/openapi/instance.js';
import { createInstanceApp } from '../../../src/apps/instance-app.js';
import { createLoginLimiter } from '../../../src/auth/credentials/login-limiter.js';
import { createPasswordHasher } from '../../../src/auth/credentials/password.js';
import type { AuthStrategy } from '../../../src/auth/strategy.js';
import { type Database, openDatabase } from '../../../src/data/database.js';
import { createLazyPredictor } from '../../../src/prediction/registry.js';
import { createMetrics } from '../../../src/server/metrics.js';
import {
  describedInstance,
  describedInstances,
  documentOf,
  listOperations,
} from '../../support/open-api.js';
import { createTestDatabase, type TestDatabase } from '../../support/stores.js';

describe('the routes of the router', () => {
  let stores: TestDatabase;
  let database: Database;

  before(async () => {
    stores = await createTestDatabase();
    const log = pino({ level: 'silent' });
    database = await openDatabase({ url: stores.url, poolSize: 1, timeoutMs: 400, log });
  });

  after(async () => {
    await database.close();
    await stores.drop();
  });

  it('are those of the operations, under every strategy', async () => {
    const off = { OPERATOR_TOKEN: '', COUNTERS: 'off' };
    for (const instance of [...(await describedInstances()), await describedInstance('jwt', off)]) {
      const described = describeRoutes(instance, apiRoutes);
      expect(routesOf(instance)).to.have.members(
        described.map(({ route: { method, path } }) => `${method.toUpperCase()} ${path}`),
      );
      expect(listOperations(documentOf(instance)).map(({ name }) => name)).to.have.members(
        described
          .filter(({ operation: { supported = true } }) => supported)
          .map(({ route: { method, path } }) => `${method.toUpperCase()} ${templateOf(path)}`),
      );
    }
  });

  it('have operations with names of their own', async () => {
    for (const instance of await describedInstances()) {
      const ids = describeRoutes(instance, apiRoutes).map(({ operation }) => operation.id);
      expect(new Set(ids).size).to.equal(ids.length);
    }
  });

  /** Every GET has a HEAD, which OpenAPI need not name. */
  function routesOf(instance: DescribedInstance): string[] {
    const log = pino({ level: 'silent' });
    const app = createInstanceApp({
      // No request is made; which routes there are does not depend on it.
      strategy: { challenge: undefined } as AuthStrategy,
      database,
      passwords: createPasswordHasher({ concurrency: 1, queue: 0 }),
      loginLimiter: createLoginLimiter(undefined),
      drain: { leaving: false },
      log,
      trustProxy: false,
      delegateClients: [],
      operatorToken: instance.operator ? new Uint8Array(32) : undefined,
      instance,
      docs: true,
      injectBusyMicroseconds: 0,
      eventLoop: undefined,
      heap: undefined,
      metrics: instance.metrics === 'off' ? undefined : createMetrics(),
      predictor: createLazyPredictor('in-process', { url: undefined, timeoutMs: 1, log }),
    });
    const routing = app.middleware.find((one) => 'router' in one) as unknown as { router: Router };
    return routing.router.stack.flatMap(({ methods, path }) =>
      methods.filter((method) => method !== 'HEAD').map((method) => `${method} ${path}`),
    );
  }
});
