import type { Context, Next } from 'koa';

/**
 * Makes every GET cost so much CPU time more, so that the lab can check that it finds a known
 * difference (INJECT_BUSY_MICROSECONDS). It spins: a timer would wait without working. A process that
 * loses its core while it spins works less than asked for, by a part too small to matter.
 * Returns undefined when there is nothing to add, so that any other instance pays nothing.
 */
export function busyWork(microseconds: number, now: () => number = () => performance.now()) {
  if (microseconds === 0) {
    return undefined;
  }
  return (ctx: Context, next: Next): Promise<void> => {
    if (ctx.method === 'GET') {
      const until = now() + microseconds / 1000;
      while (now() < until);
    }
    return next();
  };
}
