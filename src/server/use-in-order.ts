import type Koa from 'koa';
import type { DefaultState, Middleware } from 'koa';
import type { IRouterParamContext } from 'koa-router';
import type { Logger } from 'pino';

/** Puts an app together: its middleware, the outermost first, without those that are switched off. */
export function useInOrder(
  app: Koa,
  middlewareInOrder: readonly (Middleware<DefaultState, IRouterParamContext> | undefined)[],
  log: Logger,
): Koa {
  for (const middleware of middlewareInOrder) {
    if (middleware !== undefined) {
      app.use(middleware);
    }
  }
  // What reaches Koa itself is a broken connection, as a rule: errors of routes end in errorHandler.
  app.on('error', (error: Error, ctx: Koa.Context) => {
    if (ctx.headerSent || !ctx.writable) {
      log.debug({ error: error.message }, 'connection error');
    } else {
      log.error({ error: error.message, stack: error.stack }, 'unexpected error');
    }
  });
  return app;
}
