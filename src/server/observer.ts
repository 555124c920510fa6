import type { Context, Next } from 'koa';
import type { Logger } from 'pino';
import { loggedRoute, matchedRoute, pathOf } from './logged-route.js';
import type { Metrics } from './metrics.js';

/** Answers that were handed to the socket, by status. */
export interface RequestCounters {
  completed: number;
  readonly byStatus: Record<string, number>;
}

export interface ObserverOptions {
  readonly log: Logger;
  /** Present when GET /counters is on. */
  readonly counters: RequestCounters | undefined;
  /** Present when GET /metrics is on. */
  readonly metrics?: Metrics | undefined;
  /** Paths that are neither logged nor counted. */
  readonly unobserved: ReadonlySet<string>;
  /** Paths that are logged, and not counted. */
  readonly uncounted: ReadonlySet<string>;
}

/**
 * Logs one line a request and counts it. Of a path its route is logged, and of
 * query, headers and body nothing. Returns undefined when there is nothing to do, so that a measured instance pays nothing.
 */
export function observer({ log, counters, metrics, unobserved, uncounted }: ObserverOptions) {
  const logs = log.isLevelEnabled('info');
  if (!logs && counters === undefined && metrics === undefined) {
    return undefined;
  }
  return (ctx: Context, next: Next): Promise<void> => {
    const path = pathOf(ctx);
    if (!unobserved.has(path)) {
      const startedAt = logs || metrics !== undefined ? performance.now() : 0;
      const { res } = ctx;
      // 'finish': the answer was handed to the operating system, whether or not it arrives.
      res.once('finish', () => {
        if (counters !== undefined && !uncounted.has(path)) {
          counters.completed += 1;
          counters.byStatus[res.statusCode] = (counters.byStatus[res.statusCode] ?? 0) + 1;
        }
        if (metrics !== undefined) {
          const seconds = (performance.now() - startedAt) / 1000;
          metrics.answered(ctx.method, matchedRoute(ctx), res.statusCode, seconds);
        }
        if (logs) {
          const milliseconds = Math.round((performance.now() - startedAt) * 1000) / 1000;
          const { statusCode: status } = res;
          log.info({ method: ctx.method, path: loggedRoute(ctx), status, milliseconds }, 'request');
        }
      });
    }
    return next();
  };
}
