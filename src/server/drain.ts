import type { Context, Next } from 'koa';

/** Whether the instance is on its way out. main.ts sets it; requests read it. */
export interface Drain {
  leaving: boolean;
}

/**
 * While the instance leaves, each answer tells the client to close the connection, or a client that
 * keeps sending on it would hold the process up.
 */
export function closeWhenLeaving(drain: Drain) {
  return async (ctx: Context, next: Next): Promise<void> => {
    await next();
    if (drain.leaving) {
      ctx.set('Connection', 'close');
    }
  };
}
