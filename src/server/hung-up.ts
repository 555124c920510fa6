import type { Context } from 'koa';

/** Aborted when the client closes the connection before it has its answer. */
export function hungUp({ res }: Context): AbortSignal {
  const controller = new AbortController();
  if (res.closed) {
    controller.abort();
  }
  res.once('close', () => {
    if (!res.writableFinished) {
      controller.abort();
    }
  });
  return controller.signal;
}
