/**
 * Entry: sessions as tutorials write them. Koa, koa-router, koa-session with its defaults (signed
 * cookie, mounted on the whole app, commits by itself) and a store of three lines over ioredis.
 */
import { Redis } from 'ioredis';
import Koa from 'koa';
import Router from 'koa-router';
import session from 'koa-session';
import { listen, type TutorialUser, userOfLogin } from './tutorial-support.js';

type SessionContext = Koa.Context & { session: { user?: TutorialUser } };

const redis = new Redis(process.env.REDIS_URL ?? '');
const app = new Koa();
app.keys = [process.env.APP_KEY ?? ''];

const store = {
  async get(key: string) {
    const text = await redis.get(key);
    return text === null ? undefined : JSON.parse(text);
  },
  async set(key: string, value: unknown, maxAge: number | 'session' | undefined) {
    const maxAgeMs = typeof maxAge === 'number' ? maxAge : 86_400_000;
    await redis.set(key, JSON.stringify(value), 'PX', maxAgeMs);
  },
  async destroy(key: string) {
    await redis.del(key);
  },
};
app.use(session({ store }, app));

const router = new Router();

router.post('/auth/login', async (ctx) => {
  const user = await userOfLogin(ctx);
  (ctx as unknown as SessionContext).session.user = user;
  ctx.body = user;
});

router.get('/me', (ctx) => {
  const { user } = (ctx as unknown as SessionContext).session;
  if (user === undefined) return ctx.throw(401);
  ctx.body = { id: user.id, email: user.email, name: user.name };
});

app.use(router.routes());
await listen(app);
