import type { IncomingMessage, ServerResponse } from 'node:http';
import Koa, { type DefaultState, type Middleware } from 'koa';
import type { IRouterParamContext } from 'koa-router';
import type { Logger } from 'pino';
import { clientAddress } from './client-address.js';
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
  // What reaches Koa itself is a broken connection, as a rule: finishAnswers takes the errors of routes.
  app.on('error', (error: Error, ctx: Koa.Context) => {
    if (ctx.headerSent || !ctx.writable) {
      log.debug({ error: error.message }, 'connection error');
    } else {
      log.error({ error: error.message, stack: error.stack }, 'unexpected error');
    }
  });
}
