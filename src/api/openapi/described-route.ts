import { type DocumentedRoute, type Parts, presentRoutes } from '../route.js';
import { nameOfRequest } from './convert-schemas.js';
import type { DescribedInstance } from './instance.js';
import type { Operation } from './operation.js';

/** A route, with what is to be said of it under the strategy of an instance. */
export interface DescribedRoute {
  readonly route: DocumentedRoute;
  readonly operation: Operation;
}

/** Which routes it has beside those that every instance has. */
export function partsOf({ counters, operator, metrics }: DescribedInstance): Omit<Parts, 'docs'> {
  return {
    ...{ counters, operator },
    metrics: metrics === 'open',
    guardedMetrics: metrics === 'operator',
  };
}

/**
 * The routes that an instance has, also those that answer `not_supported` under its strategy.
 * @param routes all there may be
 */
export function describeRoutes(
  instance: DescribedInstance,
  routes: readonly DocumentedRoute[],
): DescribedRoute[] {
  // Where there is a document, there is what serves it.
  return presentRoutes(routes, { ...partsOf(instance), docs: true }).map((route) => ({
    route,
    operation: typeof route.operation === 'function' ? route.operation(instance) : route.operation,
  }));
}

/** What is sent to a route: its name among the schemas of requests. */
export function bodyOf({ route, operation }: DescribedRoute): string | undefined {
  return operation.body ?? (route.takes && nameOfRequest(route.takes.schema));
}
