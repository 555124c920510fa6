/** What is said of a server that does not answer. */
import { LabError } from '../model/errors.js';
import type { GivenStore } from './store.js';

/**
 * @param product as in "no PostgreSQL answers there"
 * @param code of the error
 */
export function unreachable(
  { variable }: GivenStore,
  product: string,
  code: string,
  cause: unknown,
): LabError {
  return new LabError(
    code,
    `${variable} is set, but no ${product} answers there: ${describeFailure(cause)}. Start that server, or unset ${variable} to let the lab start its own.`,
    { cause },
  );
}

/** The reason of a failed connection; Node gives none when each of several addresses failed. */
export function describeFailure(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(describeFailure).join(', ');
  return error instanceof Error ? error.message : String(error);
}
