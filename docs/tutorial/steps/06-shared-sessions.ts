/** Step 6: sessions in Redis, by koa-session. Every instance that asks the same Redis knows them. */
import { createHash, randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import Koa, { type DefaultState } from 'koa';
import Router from 'koa-router';
import { createSession } from 'koa-session';
import { openUsers } from './users.js';

const { PORT = '3000', DATABASE_URL, REDIS_URL } = process.env;
if (!REDIS_URL) throw new Error('REDIS_URL is not set: --alone starts no Redis.');
const LIFE_MS = 30 * 60 * 1000;
const users = await openUsers(DATABASE_URL);
// Without these limits a request would wait for a Redis that is down.
const redis = new Redis(REDIS_URL, { maxRetriesPerRequest: 1, commandTimeout: 1000 });
redis.on('error', (error) => console.error(`Redis: ${error.message}`));

/** What koa-session puts at ctx.session; null takes it away. */
interface WithSession {
  session: { name?: string; regenerate(): Promise<void> } | null;
}
const router = new Router<DefaultState, WithSession>();

router.post('/users', async (ctx) => {
  const { name } = await users.register(ctx.req);
  ctx.status = 201;
  ctx.body = { name };
});

router.post('/login', async (ctx) => {
  const { name } = await users.check(ctx.req);
  if (ctx.session) ctx.session.name = name;
  // A new id with each login: an id that somebody planted before is worth nothing.
  await ctx.session?.regenerate();
  ctx.body = { name };
});

router.get('/me', (ctx) => {
  if (!ctx.session?.name) return ctx.throw(401, 'Log in first.');
  ctx.body = { name: ctx.session.name };
});

router.post('/logout', (ctx) => {
  ctx.session = null;
  ctx.status = 204;
});

router.get('/status', async (ctx) => {
  ctx.body = { port: Number(PORT), keysInRedis: await redis.dbsize() };
});

/** Who reads our Redis must not be able to act for our users: it holds no id, only its hash. */
function keyOf(id: string): string {
  return `tutorial:session:${createHash('sha256').update(id).digest('base64url')}`;
}

const app = new Koa();
const store = {
  get: async (id: string) => JSON.parse((await redis.get(keyOf(id))) ?? 'null'),
  set: async (id: string, session: unknown, lifeMs: number) => {
    await redis.set(keyOf(id), JSON.stringify(session), 'PX', lifeMs);
  },
  destroy: async (id: string) => {
    await redis.del(keyOf(id));
  },
};
const cookie = { key: 'session', maxAge: LIFE_MS, httpOnly: true, sameSite: 'lax', signed: false };
const genid = () => randomBytes(32).toString('base64url');
app.use(async (ctx, next) => {
  ctx.set('Cache-Control', 'no-store');
  await next();
});
app.use(createSession({ ...cookie, genid, store }, app));
app.use(router.routes());
app.use(router.allowedMethods());
app.listen(Number(PORT), '127.0.0.1', () => {
  console.log(`Listening on http://127.0.0.1:${PORT}`);
});
