import type { Context, Next } from 'koa';
import type { Logger } from 'pino';
import { AppError, toProblem } from './errors.js';
import type { Drain } from './leave-on-signal.js';
import { loggedRoute } from './logged-route.js';

export interface FinishAnswersOptions {
  readonly log: Logger;
  readonly drain: Drain;
  /** Stands in every 401 that has no WWW-Authenticate of its own (RFC 9110, 15.5.2). */
  readonly challenge: string | undefined;
}

/**
 * Has the last word on each answer. Whatever a route throws becomes problem+json. It sets what that
 * needs and removes nothing, so that a cookie set before the error still reaches the client. While the
 * process leaves, each answer tells the client to close the connection, or a client that keeps sending
 * on it would hold the process up.
 */
export function finishAnswers({ log, drain, challenge }: FinishAnswersOptions) {
  return async (ctx: Context, next: Next): Promise<void> => {
    try {
      await next();
    } catch (thrown) {
      const error = thrown instanceof AppError ? thrown : fromUnknown(thrown, ctx, log);
      if (error.status >= 500 && error.cause !== undefined) {
        log.debug({ code: error.code, cause: String(error.cause) }, 'answered with an error');
      }
      ctx.status = error.status;
      // An error is of the moment, and caches may keep some of them unasked (RFC 9110, 15.1).
      ctx.set('Cache-Control', 'no-store');
      if (error.status === 401 && challenge !== undefined) {
        ctx.set('WWW-Authenticate', challenge);
      }
      for (const [name, value] of Object.entries(error.headers)) {
        ctx.set(name, value);
      }
      ctx.type = 'application/problem+json';
      ctx.body = JSON.stringify(toProblem(error));
    }
    if (drain.leaving) {
      ctx.set('Connection', 'close');
    }
  };
}

/** A fault of the service: the client learns nothing, and the log all but the data. */
function fromUnknown(thrown: unknown, ctx: Context, log: Logger): AppError {
  if ((thrown as NodeJS.ErrnoException | undefined)?.code === 'ERR_INVALID_URL') {
    return new AppError('malformed_request', { detail: 'What is asked for is no URL.' });
  }
  log.error(
    { err: withoutParameters(thrown), method: ctx.method, path: loggedRoute(ctx) },
    'unexpected error',
  );
  return new AppError('internal_error');
}

/** Errors of TypeORM and pg carry what a statement was given: addresses, hashes of passwords. */
function withoutParameters(thrown: unknown): unknown {
  if (!(thrown instanceof Error)) {
    return thrown;
  }
  const { name, message, stack } = thrown;
  const { code, query } = thrown as Error & { code?: unknown; query?: unknown };
  if (query !== undefined) {
    // Databases quote the values in their messages, and a stack begins with its message.
    return { type: name, stack: stack?.slice(stack.indexOf('\n    at ') + 1), code, query };
  }
  return { type: name, message, stack, code, query };
}
