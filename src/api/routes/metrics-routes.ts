import type { Metrics } from '../../server/metrics.js';
import type { ApiRoute } from '../route.js';

export interface MetricsDeps {
  /** Undefined where there is no GET /metrics. */
  readonly metrics: Metrics | undefined;
}

/** The same route, for anyone on this machine or for an operator from elsewhere: an instance has one of them. */
export const metricsRoutes: readonly ApiRoute<MetricsDeps, unknown>[] = [
  metricsRoute('metrics', 'anyone'),
  metricsRoute('guardedMetrics', 'operator'),
];

function metricsRoute(
  partOf: 'metrics' | 'guardedMetrics',
  access: 'anyone' | 'operator',
): ApiRoute<MetricsDeps, unknown> {
  return {
    method: 'get',
    path: '/metrics',
    partOf,
    access,
    mayKeep: 'nobody',
    askedBy: 'machines',
    gives: 'text/plain',
    operation: {
      id: 'readMetrics',
      tag: 'health',
      summary:
        'Requests, refusals, logins, store round trips, hashing, event loop and heap, for Prometheus',
      answers: [{ status: 200, description: "In Prometheus' text format." }],
    },
    handle: async (ctx, { metrics }) => {
      if (metrics === undefined) {
        throw new TypeError('the route is there where there are metrics');
      }
      const { type, text } = await metrics.render();
      ctx.set('Content-Type', type);
      ctx.body = text;
    },
  };
}
