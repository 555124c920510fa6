import type { Context } from 'koa';

/** The path without its query; empty when what was asked for is no URL: there `ctx.path` throws. */
export function pathOf(ctx: Context): string {
  try {
    return ctx.path;
  } catch {
    return '';
  }
}
