import type { Context } from 'koa';
import type * as z from 'zod';
import { readBody } from '../api/body.js';
import type { CallerCheck } from '../api/principal.js';

/** Bodies come with the headers, or nearly so. */
const SLOW_MS = 250;

/**
 * The body of a route that a principal guards. A credential is checked when the headers are there. Who
 * then holds the body back could write long after the login has ended, so a slow one is checked again.
 * @throws AppError as `readBody` and `authenticate` do
 */
export async function readGuardedBody<T extends z.ZodType>(
  ctx: Context,
  strategy: CallerCheck,
  schema: T,
): Promise<z.output<T>> {
  const startedAt = performance.now();
  const content = await readBody(ctx, schema);
  if (performance.now() - startedAt > SLOW_MS) {
    await strategy.authenticate(ctx);
  }
  return content;
}
