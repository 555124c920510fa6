import type { Context, Next } from 'koa';
import type { Logger } from 'pino';
import { AppError, toProblem } from '../errors.js';

/**
 * Turns whatever a route throws into a problem+json answer. It sets what it needs and removes
 * nothing, so that a cookie set before the error still reaches the client.
 */
export function errorHandler(log: Logger) {
  return async (ctx: Context, next: Next): Promise<void> => {
    try {
      await next();
    } catch (thrown) {
      const error = thrown instanceof AppError ? thrown : fromUnknown(thrown, ctx, log);
      if (error.status >= 500 && error.cause !== undefined) {
        log.debug({ code: error.code, cause: String(error.cause) }, 'answered with an error');
      }
      ctx.status = error.status;
      for (const [name, value] of Object.entries(error.headers)) {
        ctx.set(name, value);
      }
      ctx.type = 'application/problem+json';
      ctx.body = JSON.stringify(toProblem(error));
    }
  };
}

/** A fault of the service: the log gets everything, the client learns nothing. */
function fromUnknown(thrown: unknown, ctx: Context, log: Logger): AppError {
  log.error({ err: thrown, method: ctx.method, path: ctx.path }, 'unexpected error');
  return new AppError('internal_error');
}
