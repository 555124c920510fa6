import type Router from 'koa-router';
import type { Drain } from '../../server/drain.js';
import { AppError } from '../../server/errors.js';
import type { EventLoopWatch } from '../../server/event-loop.js';
import type { RequestCounters } from '../../server/observer.js';

export interface HealthRoutesDeps {
  /** Resolves when every store the process needs answers. */
  readonly checkStores: () => Promise<unknown>;
  readonly drain: Drain;
  readonly counters: RequestCounters | undefined;
  readonly eventLoop?: EventLoopWatch | undefined;
}

/** What machines ask: alive, ready, how many. */
export function addHealthRoutes(router: Router, deps: HealthRoutesDeps): void {
  const { checkStores, drain, counters, eventLoop } = deps;

  router.get('/livez', (ctx) => {
    ctx.body = { status: 'alive' };
  });

  router.get('/readyz', async (ctx) => {
    if (drain.leaving) {
      throw new AppError('shutting_down', { headers: { 'Retry-After': '1' } });
    }
    await checkStores();
    ctx.body = { status: 'ready' };
  });

  if (counters !== undefined) {
    router.get('/counters', (ctx) => {
      ctx.body = { requests: counters, eventLoop: eventLoop?.read() };
    });
  }
}
