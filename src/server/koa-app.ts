/** What all three servers make of Koa: its context, the order of middleware, and how errors are answered. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import Koa, { type Context, type DefaultState, type Middleware, type Next } from 'koa';
import type { IRouterParamContext } from 'koa-router';
import type { Logger } from 'pino';
import { clientAddress } from './client-address.js';
import { AppError, toProblem } from './errors.js';
import type { Drain } from './leave-on-signal.js';
import { loggedRoute } from './logged-route.js';
import { pathOfTarget, refuse } from './request-head.js';

export interface KoaAppOptions {
  /** Whether X-Forwarded-For of the one proxy in front names the client. */
  readonly trustProxy?: boolean;
}

/** What all three servers have in common before their first middleware. */
class KoaApp extends Koa {
  /** Also on errors and on answers without a body: what sniffs does so where nothing is declared. */
  override createContext<State>(request: IncomingMessage, response: ServerResponse) {
    // Here, and not in a middleware: that would cost every request a turn through Koa.
    response.setHeader('X-Content-Type-Options', 'nosniff');
    return super.createContext<State>(request, response);
  }
}

/** A Koa app that reads paths and addresses in one form, whoever asks for them. */
export function createKoaApp({ trustProxy = false }: KoaAppOptions = {}): Koa {
  const app = new KoaApp({ proxy: trustProxy });
  app.context.onerror = answerLastError;
  Object.defineProperties(app.request, {
    path: {
      get(this: Koa.Request) {
        return pathOfTarget(this.req.url ?? '');
      },
    },
    ip: {
      get(this: Koa.Request) {
        // Several headers come joined by Node, in their order.
        const forwarded = trustProxy ? this.req.headers['x-forwarded-for'] : undefined;
        return clientAddress(forwarded?.toString(), this.req.socket.remoteAddress ?? '');
      },
    },
  });
  return app;
}

/**
 * What goes wrong after all middleware: while an answer is written, or in what answers errors. Koa's own
 * way takes all headers off and answers in plain text.
 */
function answerLastError(this: Koa.Context, error: Error | null | undefined): void {
  // Koa calls it after each answer.
  if (error === null || error === undefined) {
    return;
  }
  this.app.emit('error', error, this);
  if (this.headerSent || !this.writable) {
    return;
  }
  for (const name of this.res.getHeaderNames()) {
    this.res.removeHeader(name);
  }
  refuse(this.res, 'internal_error');
}

/** Gives an app its middleware, the outermost first, without those that are switched off. */
export function useInOrder(
  app: Koa,
  middlewareInOrder: readonly (Middleware<DefaultState, IRouterParamContext> | undefined)[],
  log: Logger,
): void {
  for (const middleware of middlewareInOrder) {
    if (middleware !== undefined) {
      app.use(middleware);
    }
  }
  // What reaches Koa itself is a broken connection, as a rule: `finishAnswers` takes the errors of routes.
  app.on('error', (error: Error, ctx: Koa.Context) => {
    if (ctx.headerSent || !ctx.writable) {
      log.debug({ error: error.message }, 'connection error');
    } else {
      log.error({ error: error.message, stack: error.stack }, 'unexpected error');
    }
  });
}

export interface FinishAnswersOptions {
  readonly log: Logger;
  readonly drain: Drain;
  /** Hears of every problem that is answered. */
  readonly onProblem?: ((code: string) => void) | undefined;
  /** Stands in every 401 that has no WWW-Authenticate of its own (RFC 9110, 15.5.2). */
  readonly challenge: string | undefined;
}

/**
 * Has the last word on each answer. Whatever a route throws becomes problem+json. It sets what that
 * needs and removes nothing, so that a cookie set before the error still reaches the client. While the
 * process leaves, each answer tells the client to close the connection, or a client that keeps sending
 * on it would hold the process up.
 */
export function finishAnswers({ log, drain, challenge, onProblem }: FinishAnswersOptions) {
  return async (ctx: Context, next: Next): Promise<void> => {
    try {
      await next();
    } catch (thrown) {
      const error = thrown instanceof AppError ? thrown : fromUnknown(thrown, ctx, log);
      if (error.status >= 500 && error.cause !== undefined) {
        log.debug({ code: error.code, cause: String(error.cause) }, 'answered with an error');
      }
      onProblem?.(error.code);
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
